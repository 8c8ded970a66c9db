package dev.drover.catalog;

import java.nio.file.Path;
import java.util.Optional;

/// Gives stored contents as files of this machine, to be linked or copied to other places. Safe for
/// many threads.
public interface BlobFiles {
  /// The file of a content; empty if there is none with this id. The file was compared with the
  /// digest in the id.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the storage fails, or if the content is not
  ///   what was stored
  Optional<Held> file(BlobId id) throws InterruptedException;

  /// A file that exists until this is closed or the content is deleted; its links stay. Every user
  /// can read it (mode 0444) where the directories allow it. Callers must not change it, its mode
  /// or its owner: it may be the stored content itself.
  interface Held extends AutoCloseable {
    Path path();

    @Override
    void close();
  }
}
