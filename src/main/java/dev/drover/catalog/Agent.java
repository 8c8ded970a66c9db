package dev.drover.catalog;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One version of an agent.
///
/// @param version from 1
public record Agent(
    AgentId id,
    WorkspaceId workspace,
    int version,
    Definition definition,
    Map<String, String> metadata,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant archivedAt) {
  public Agent {
    metadata = Map.copyOf(metadata);
  }

  /// This version of an agent that ended at `at`.
  public Agent archived(Instant at) {
    return new Agent(id, workspace, version, definition, metadata, createdAt, updatedAt, at);
  }

  /// The version after this one, or this one if nothing is other than before.
  public Agent changed(Definition definition, Map<String, String> metadata, Instant now) {
    return definition.equals(this.definition) && metadata.equals(this.metadata)
        ? this
        : new Agent(id, workspace, version + 1, definition, metadata, createdAt, now, null);
  }
}
