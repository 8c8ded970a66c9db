package dev.drover.catalog;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.Map;

/// The content of a memory store: what agents remember across sessions, without the memories.
///
/// @param description may be empty
/// @param newer what a newer version stored beside these and this one does not know: kept as it
///   came, and shown over them
public record MemoryStore(
    String name, String description, Map<String, String> metadata, Json.Obj newer) {
  public static final ResourceKind<MemoryStore> KIND =
      ResourceKind.<MemoryStore>of("memory_store", "memstore_")
          .whenArchived(_ -> Problem.invalid("cannot modify archived resource"));

  public MemoryStore {
    metadata = Map.copyOf(metadata);
  }
}
