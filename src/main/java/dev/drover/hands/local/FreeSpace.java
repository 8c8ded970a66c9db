package dev.drover.hands.local;

import dev.drover.hands.Sandboxes;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The free space of the file system below the data directory, and how much of it is kept: the
/// server's log is on it, and every other sandbox. A hand looks at it while anything runs inside;
/// this is for what happens outside. Safe for many threads.
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

  /// Bytes that no sandbox may take; 0: none.
  long floor() {
    return floor;
  }

  /// Whether another sandbox may start: below the floor those that are there clean up, and the half
  /// of it is left to the server.
  ///
  /// @throws Sandboxes.Unavailable when there is too little room
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
