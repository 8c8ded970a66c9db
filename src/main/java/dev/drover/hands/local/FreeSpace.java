package dev.drover.hands.local;

import dev.drover.hands.Sandboxes;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The free space of the file system of the data directory, and how much of it must stay free,
/// since the server's log and all sandboxes are on it. A hand watches it while something runs
/// inside; this class is for the work outside. Safe for many threads.
final class FreeSpace {
  private static final long MOST = 2L << 30;
  private static final int PART = 10;

  private final FileStore store;
  private final long floor;

  /// @param floor bytes to keep free; empty: a tenth of the file system, 2 GiB at most
  FreeSpace(Path directory, OptionalLong floor) throws IOException {
    this.store = Files.getFileStore(directory);
    long total = store.getTotalSpace();
    this.floor = floor.orElse(Math.min(MOST, total / PART));
  }

  /// The bytes that no sandbox may use; 0 for no minimum.
  long floor() {
    return floor;
  }

  /// Checks that another sandbox may start: below the floor only existing sandboxes may clean up,
  /// and half of the floor is reserved for the server.
  ///
  /// @throws Sandboxes.Unavailable when there is too little free space
  void check() throws IOException, Sandboxes.Unavailable {
    long free = store.getUsableSpace();
    if (free < floor / 2) {
      throw new Sandboxes.Unavailable(
          "The server's disk is nearly full: %d bytes are free, %d are kept free. No sandbox was"
                  .formatted(free, floor)
              + " started. Delete sessions, or free some space.");
    }
  }
}
