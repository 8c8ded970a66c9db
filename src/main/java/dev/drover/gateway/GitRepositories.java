package dev.drover.gateway;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource.Repository;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// The repositories of sessions, and their tokens. Safe for many threads; blocking.
public interface GitRepositories {
  /// No session has a repository.
  GitRepositories NONE =
      new GitRepositories() {
        @Override
        public List<Repository> of(SessionId session) {
          return List.of();
        }

        @Override
        public WorkspaceId workspace(SessionId session) {
          throw Problem.notFound("session " + session);
        }

        @Override
        public Optional<Secret> token(SessionId session, Repository repository, URI to) {
          return Optional.empty();
        }
      };

  /// The repositories of a session, as they are now; none if it does not exist.
  ///
  /// @throws Problem `UNAVAILABLE`
  List<Repository> of(SessionId session);

  /// The workspace of a session.
  ///
  /// @throws Problem `NOT_FOUND` or `UNAVAILABLE`
  WorkspaceId workspace(SessionId session);

  /// The token for one request to a git server; its use is recorded before this returns. Empty if
  /// the repository has none.
  ///
  /// @throws Problem `UNAVAILABLE` if it cannot be read
  Optional<Secret> token(SessionId session, Repository repository, URI to);
}
