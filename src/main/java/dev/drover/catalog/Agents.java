package dev.drover.catalog;

import dev.drover.base.Page;
import java.util.OptionalInt;

/// Keeps agents. Durable when a call returns; safe for many threads.
public interface Agents {
  /// Adds a version: version 1 makes the agent, version n+1 follows version n.
  ///
  /// @throws dev.drover.base.Problem `CONFLICT` if that version is there already
  void put(Agent agent);

  /// The version asked for, or the latest.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an agent or version in the workspace
  Agent get(WorkspaceId workspace, AgentId id, OptionalInt version);

  /// The latest version of each.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Agent> list(WorkspaceId workspace, Listing listing);
}
