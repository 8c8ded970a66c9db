package dev.drover.catalog;

import dev.drover.base.Page;
import java.time.Instant;
import java.util.function.UnaryOperator;

/// Keeps environments. Durable when a call returns; safe for many threads.
public interface Environments {
  /// @throws dev.drover.base.Problem `CONFLICT` if another one that is not archived has the name
  void create(Environment environment);

  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an environment in the workspace
  Environment get(WorkspaceId workspace, EnvironmentId id);

  /// Puts what `change` makes of an environment in its place, in one transaction.
  ///
  /// @param change may be called on another thread; what it throws is thrown here
  /// @return what it made
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an environment in the workspace;
  ///   `INVALID_REQUEST` if it is archived; `CONFLICT` if another one that is not has the name
  Environment update(WorkspaceId workspace, EnvironmentId id, UnaryOperator<Environment> change);

  /// Ends an environment for good. Archiving it again changes nothing.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an environment in the workspace
  Environment archive(WorkspaceId workspace, EnvironmentId id, Instant at);

  /// Removes an environment, archived or not.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an environment in the workspace;
  ///   `CONFLICT` while a session refers to it
  void delete(WorkspaceId workspace, EnvironmentId id);

  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Environment> list(WorkspaceId workspace, Listing listing);
}
