package dev.drover.desk;

import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.session.MountPath;
import java.util.Optional;

/// A request to give something to a session.
public sealed interface ResourceRequest {
  /// @param path empty: the id of the file is its name
  record OfFile(FileId file, Optional<MountPath> path) implements ResourceRequest {}

  /// @param writable whether the agent can change the memories
  /// @param instructions for the agent: what the store is for
  record OfStore(MemoryStoreId store, boolean writable, Optional<String> instructions)
      implements ResourceRequest {}
}
