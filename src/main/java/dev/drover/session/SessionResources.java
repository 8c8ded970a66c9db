package dev.drover.session;

import dev.drover.catalog.WorkspaceId;
import java.util.List;

/// The resources of sessions, which [Session#resources] shows. Those that a session has from the
/// start are stored by [Sessions#create]. Every change is durable when its call returns. Safe for
/// many threads; blocking.
public interface SessionResources {
  /// Gives a file to a session, with the session's own copy of it.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` for a session or a file that does not exist, or a
  ///   file that has expired; `INVALID_REQUEST` if the session is archived or has
  ///   [SessionResource#MOST] resources; `CONFLICT` if its path is taken
  void add(WorkspaceId workspace, SessionId session, SessionResource.Mounted file);

  /// Takes a resource from a session; the session's copy of a file is deleted.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if the session is archived, or
  ///   for a repository
  void remove(WorkspaceId workspace, SessionId session, SessionResourceId resource);

  /// Replaces a repository by one with the next token.
  ///
  /// @param after with the version of the token that follows the stored one, or the first one
  /// @return false if the stored token has another version: nothing has changed
  /// @throws dev.drover.base.Problem `NOT_FOUND`; `INVALID_REQUEST` if the session is archived;
  ///   `UNAVAILABLE` if the key of the token does not exist any more
  boolean replaceToken(WorkspaceId workspace, SessionId session, SessionResource.Repository after);

  /// The resources of a session, oldest first; none if it does not exist.
  List<SessionResource> of(SessionId session);
}
