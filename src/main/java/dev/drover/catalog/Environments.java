package dev.drover.catalog;

import dev.drover.base.Page;

/// Keeps environments. Durable when a call returns; safe for many threads.
public interface Environments {
  /// @throws dev.drover.base.Problem `CONFLICT` if another one that is not archived has the name
  void create(Environment environment);

  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an environment in the workspace
  Environment get(WorkspaceId workspace, EnvironmentId id);

  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Environment> list(WorkspaceId workspace, Listing listing);
}
