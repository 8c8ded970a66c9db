package dev.drover.catalog;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import java.util.Map;

/// The content of a memory store: what it is called, and what it is for. Its memories are stored
/// apart from it.
///
/// @param description may be empty
/// @param newer what a newer version stored beside these and this one does not know: kept as it
///   came, and shown over them
public record MemoryStore(
    String name, String description, Map<String, String> metadata, Json.Obj newer) {
  public static final ResourceKind<MemoryStore> KIND =
      ResourceKind.<MemoryStore>of("memory_store", MemoryStoreId.PREFIX)
          .whenArchived(_ -> archived());

  public MemoryStore {
    metadata = Map.copyOf(metadata);
  }

  /// A memory store of which this version knows everything.
  public MemoryStore(String name, String description, Map<String, String> metadata) {
    this(name, description, metadata, Json.EMPTY);
  }

  /// The refusal of a change of an archived store or of its memories.
  public static Problem archived() {
    return Problem.invalid("cannot modify archived resource");
  }
}
