package dev.drover.desk;

import dev.drover.base.Page;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.memory.Memories;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryChange;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryListing;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryText;
import dev.drover.memory.MemoryVersion;
import dev.drover.memory.MemoryVersionId;
import dev.drover.memory.VersionListing;
import java.util.Optional;

/// The desk for memories: it changes them in the name of the caller's key. The methods are those of
/// [Memories].
public final class MemoryDesk {
  private final Memories memories;

  public MemoryDesk(Memories memories) {
    this.memories = memories;
  }

  /// The actor that versions name for a key.
  private static MemoryActor actor(Caller caller) {
    return MemoryActor.api(caller.key().id());
  }

  public Memory create(Caller caller, MemoryStoreId store, MemoryPath path, MemoryText content) {
    return memories.create(caller.workspace(), store, path, content, actor(caller));
  }

  public Memory get(Caller caller, MemoryStoreId store, MemoryId id) {
    return memories.get(caller.workspace(), store, id);
  }

  public Memory update(Caller caller, MemoryStoreId store, MemoryId id, MemoryChange change) {
    return memories.update(caller.workspace(), store, id, change, actor(caller));
  }

  public void delete(Caller caller, MemoryStoreId store, MemoryId id, Optional<String> expected) {
    memories.delete(caller.workspace(), store, id, expected, actor(caller));
  }

  public Page<MemoryListing.Item> list(Caller caller, MemoryStoreId store, MemoryListing listing) {
    return memories.list(caller.workspace(), store, listing);
  }

  public MemoryVersion version(Caller caller, MemoryStoreId store, MemoryVersionId id) {
    return memories.version(caller.workspace(), store, id);
  }

  public Page<MemoryVersion> versions(Caller caller, MemoryStoreId store, VersionListing listing) {
    return memories.versions(caller.workspace(), store, listing);
  }

  public MemoryVersion redact(Caller caller, MemoryStoreId store, MemoryVersionId id) {
    return memories.redact(caller.workspace(), store, id, actor(caller));
  }
}
