package dev.drover.catalog;

import dev.drover.base.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

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

  /// Adds the version that `change` makes of the latest, in one transaction. When that is the
  /// latest itself, nothing is added.
  ///
  /// @param change may be called on another thread; what it throws is thrown here
  /// @return the latest version then
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an agent in the workspace;
  ///   `INVALID_REQUEST` if it is archived
  Agent update(WorkspaceId workspace, AgentId id, UnaryOperator<Agent> change);

  /// Ends an agent for good: every version is archived. Archiving it again changes nothing.
  ///
  /// @return the latest version
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an agent in the workspace
  Agent archive(WorkspaceId workspace, AgentId id, Instant at);

  /// All versions, newest first.
  ///
  /// @param limit items on a page, from 1
  /// @param page the cursor of an earlier page's `next`; empty: from the newest
  /// @throws dev.drover.base.Problem `NOT_FOUND` without such an agent in the workspace;
  ///   `INVALID_REQUEST` for a cursor that is not one
  Page<Agent> versions(WorkspaceId workspace, AgentId id, int limit, Optional<String> page);

  /// The latest version of each.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` for a cursor that is not one
  Page<Agent> list(WorkspaceId workspace, Listing listing);
}
