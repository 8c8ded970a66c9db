package dev.drover.gateway;

import dev.drover.http.Guard;
import dev.drover.http.Outbound;
import dev.drover.session.RepositoryUrl;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// What the gateway needs for the repositories of sessions. Safe for many threads.
///
/// @param refusals why a repository may not be used any more; empty if it may
/// @param http judges the addresses of git servers, as of every other connection
/// @param clones of earlier sessions; empty: none are kept
/// @param refs as of [GitSettings]
record GitGate(
    GitRepositories repositories,
    Function<RepositoryUrl, Optional<String>> refusals,
    Outbound http,
    Optional<CloneCache> clones,
    long refs)
    implements AutoCloseable {
  /// How long a git server may take to accept a connection.
  static final Duration CONNECT = Duration.ofSeconds(10);

  /// Without repositories.
  static GitGate none(Guard guard) {
    return new GitGate(
        GitRepositories.NONE,
        _ -> Optional.empty(),
        new Outbound(guard, CONNECT),
        Optional.empty(),
        GitSettings.USUAL_REFS);
  }

  @Override
  public void close() {
    http.close();
  }
}
