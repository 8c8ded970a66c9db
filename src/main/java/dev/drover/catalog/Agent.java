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
}
