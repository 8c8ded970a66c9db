package dev.drover.gateway;

import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.http.Outbound;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The use of git in one sandbox. Safe for many threads.
final class GitWay {
  /// The most clones that are remembered.
  private static final int CLONES = 1_000;

  /// The most repositories that are remembered: those of a session change as long as it lives.
  private static final int REPOSITORIES = 1_000;

  private final SessionId session;
  private final GitGate gate;
  private final Set<SessionResourceId> suffixed = ConcurrentHashMap.newKeySet();
  private final Map<SessionResourceId, GitFailure> failures = new ConcurrentHashMap<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  GitWay(SessionId session, GitGate gate) {
    this.session = session;
    this.gate = gate;
  }

  SessionId session() {
    return session;
  }

  Outbound http() {
    return gate.http();
  }

  /// The repositories of the session, as they are now.
  List<Repository> all() {
    return gate.repositories().of(session);
  }

  /// The clones of earlier sessions; empty: none are kept.
  Optional<CloneCache> clones() {
    return gate.clones();
  }

  /// As of [GitSettings].
  long refs() {
    return gate.refs();
  }

  /// Whether a clone is asked for in this sandbox for the first time. Something may be wrong with
  /// what it got before, so the git server is asked for every other one.
  ///
  /// @param key as of [CloneCache]
  boolean isFirst(String key) {
    return asked.size() < CLONES && asked.add(key);
  }

  /// As [GitRepositories#workspace].
  WorkspaceId workspace() {
    return gate.repositories().workspace(session);
  }

  /// As [GitRepositories#token].
  Optional<Secret> token(Repository repository, URI to) {
    return gate.repositories().token(session, repository, to);
  }

  /// Why the operator does not allow a repository.
  Optional<String> refusal(RepositoryUrl url) {
    return gate.refusals().apply(url);
  }

  /// Whether the server of a repository wants `.git` at the end of its URL.
  boolean isSuffixed(SessionResourceId repository) {
    return suffixed.contains(repository);
  }

  /// Notes that it wants that.
  void suffixed(SessionResourceId repository) {
    if (suffixed.size() < REPOSITORIES) {
      suffixed.add(repository);
    }
  }

  /// Notes that a request has succeeded.
  void worked(SessionResourceId repository) {
    failures.remove(repository);
  }

  /// Notes that a request has failed.
  void failed(SessionResourceId repository, GitFailure why) {
    if (failures.size() < REPOSITORIES || failures.containsKey(repository)) {
      failures.put(repository, why);
    }
  }

  /// Why the last request failed; empty if it did not.
  Optional<GitFailure> failure(SessionResourceId repository) {
    return Optional.ofNullable(failures.get(repository));
  }
}
