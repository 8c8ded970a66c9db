package dev.drover.memory;

import dev.drover.catalog.MemoryStoreId;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A change of a memory, and what the memory was after it. It never changes, except that it may be
/// redacted.
///
/// @param path null if it is redacted
/// @param content null if it is redacted, if the change was a deletion, or if only the rest was
///   read
/// @param sha256 null if it is redacted, or if the change was a deletion
/// @param size in bytes; null as `sha256`
/// @param redaction empty if it is not redacted
public record MemoryVersion(
    MemoryVersionId id,
    MemoryStoreId store,
    MemoryId memory,
    Operation operation,
    @Nullable String path,
    @Nullable String content,
    @Nullable String sha256,
    @Nullable Integer size,
    Instant createdAt,
    MemoryActor createdBy,
    Optional<Redaction> redaction) {
  /// What a change did.
  public enum Operation {
    CREATED,
    MODIFIED,
    DELETED
  }

  /// When a version was redacted, and by whom.
  public record Redaction(Instant at, MemoryActor by) {}
}
