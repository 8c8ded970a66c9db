package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.RepositoryPath;
import dev.drover.session.RepositoryUrl;
import dev.drover.session.SealedToken;
import dev.drover.session.SessionResource.Repository;
import dev.drover.session.SessionResourceId;
import dev.drover.vault.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The factory of the repositories of sessions: it encrypts their tokens before anything stores
/// them. Safe for many threads.
///
/// @param rule which repositories sessions may have
public record RepositoryChoice(Envelope envelope, Rule rule) {
  /// Decides which repositories sessions may have.
  @FunctionalInterface
  public interface Rule {
    /// Every repository.
    Rule ALL = _ -> Optional.empty();

    /// Why sessions may not have a repository, as the end of a sentence about its URL; empty if
    /// they may.
    Optional<String> refusal(RepositoryUrl url);
  }

  /// A repository, which is not stored yet.
  ///
  /// @throws Problem `INVALID_REQUEST` if sessions may not have it; `UNAVAILABLE` if its token
  ///   cannot be encrypted
  Repository of(
      WorkspaceId workspace,
      ResourceRequest.OfRepository request,
      SessionResourceId id,
      Instant now) {
    var refusal = rule.refusal(request.url());
    if (refusal.isPresent()) {
      throw Problem.invalid("url: " + refusal.get());
    }
    return new Repository(
        id,
        request.url(),
        request.path().orElseGet(() -> RepositoryPath.of(request.url())),
        request.checkout(),
        request.token().map(token -> sealed(workspace, id, 1, token)),
        now,
        now);
  }

  /// The repository with another token, which is not stored yet.
  ///
  /// @throws Problem `UNAVAILABLE` if it cannot be encrypted
  Repository with(WorkspaceId workspace, Repository before, Secret token, Instant now) {
    long version = before.token().map(SealedToken::version).orElse(0L) + 1;
    return before.with(sealed(workspace, before.id(), version, token), now);
  }

  private SealedToken sealed(
      WorkspaceId workspace, SessionResourceId id, long version, Secret token) {
    var sealed = envelope.sealToken(workspace, id.value(), version, token);
    return new SealedToken(sealed.version(), sealed.keyVersion(), sealed.value());
  }

  /// Checks that repositories can be beside each other in one sandbox, and that git can tell their
  /// URLs apart.
  ///
  /// @param found in the order of the request
  /// @param indexes of them in the request
  /// @throws Problem `INVALID_REQUEST` that names the first one that cannot
  static void checkPlaces(List<Repository> found, List<Integer> indexes) {
    if (found.size() > Repository.MOST) {
      throw Problem.invalid(
          "resources: a session may have at most %d repositories".formatted(Repository.MOST));
    }
    for (int i = 0; i < found.size(); i++) {
      for (int j = 0; j < i; j++) {
        var next = found.get(i);
        var earlier = found.get(j);
        if (next.url().base().equals(earlier.url().base())) {
          throw Problem.invalid(
              ("resources.%d.url: is that of resources.%d. A session has a repository once; use git"
                      + " worktree for a second checkout")
                  .formatted(indexes.get(i), indexes.get(j)));
        }
        if (next.path().excludes(earlier.path())) {
          throw Problem.invalid(
              "resources.%d.mount_path: \"%s\" cannot be used beside \"%s\" of resources.%d"
                  .formatted(indexes.get(i), next.path(), earlier.path(), indexes.get(j)));
        }
      }
    }
  }
}
