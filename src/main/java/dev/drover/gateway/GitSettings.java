package dev.drover.gateway;

import dev.drover.http.HostName;
import dev.drover.http.HostPattern;
import dev.drover.http.PrivateHosts;
import dev.drover.http.Unreachable;
import dev.drover.session.RepositoryUrl;
import dev.drover.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The settings for the git repositories of sessions.
///
/// @param hosts on which they may be, or `*.domain`; empty: on every host
/// @param opened the hosts that are not on the public internet and may be used; only they may be
///   used without encryption
/// @param longestClone the longest time of a clone
/// @param cache bytes of clones that are kept for other sessions; 0: none are kept
/// @param refs bytes of branches, tags and whatever else a git server says in one response besides
///   the contents of the repository
public record GitSettings(
    Optional<List<String>> hosts,
    PrivateHosts opened,
    Duration longestClone,
    long cache,
    long refs) {
  private static final long USUAL_CACHE = 4L << 30;

  /// About two million branches and tags.
  static final long USUAL_REFS = 128L << 20;

  /// @param section `git` of the settings
  public static GitSettings read(Section section, PrivateHosts opened) {
    var hosts = section.list("hosts");
    if (!hosts.orElse(List.of()).stream().allMatch(HostPattern::isOne)) {
      throw section.problem(
          "hosts", "must be a list of host names or \"*.domain\", without scheme or port");
    }
    return new GitSettings(
        hosts,
        opened,
        section.millis("clone_timeout_ms", 1_000, 86_400_000, Duration.ofMinutes(10)),
        section.mebibytes("cache_mib", 0, 1L << 24, USUAL_CACHE),
        section.mebibytes("refs_mib", 1, 1L << 14, USUAL_REFS));
  }

  /// Why sessions may not have a repository, as the end of a sentence about its URL; empty if they
  /// may. The addresses of the host are judged later, at each connection.
  public Optional<String> refusal(RepositoryUrl url) {
    HostName host;
    try {
      host = HostName.of(url.uri());
    } catch (Unreachable e) {
      return Optional.of("cannot be used: " + e.what());
    }
    if (hosts.isPresent()
        && hosts.get().stream().noneMatch(text -> new HostPattern(text).matches(host))) {
      return Optional.of("is on a host that this server does not allow (setting git.hosts)");
    }
    return url.isEncrypted() || opened.name(host)
        ? Optional.empty()
        : Optional.of("must begin with https://");
  }
}
