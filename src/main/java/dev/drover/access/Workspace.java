package dev.drover.access;

import dev.drover.catalog.WorkspaceId;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A workspace: agents, sessions, files and everything else belong to one, and its keys reach
/// nothing else.
///
/// @param storage the limit for its stored contents, in bytes; empty: the one in the settings
/// @param archivedAt since when its keys are refused; null if they are not
public record Workspace(
    WorkspaceId id,
    String name,
    OptionalLong storage,
    Instant createdAt,
    @Nullable Instant archivedAt) {

  /// The same workspace with another name and limit.
  public Workspace with(String nextName, OptionalLong nextStorage) {
    return new Workspace(id, nextName, nextStorage, createdAt, archivedAt);
  }

  /// A workspace, and what it has.
  ///
  /// @param stored the size of its stored contents, in bytes
  /// @param keys the number of its keys that are not revoked, expired ones included
  public record Summary(Workspace workspace, long stored, long keys) {}
}
