package dev.drover.base;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The free space of the file system of a directory, and how much of it must stay free: the
/// server's log and all sandboxes may be on it. A hand watches it while something runs inside; this
/// class is for the work outside. Safe for many threads.
public final class FreeSpace {
  private static final long MOST = 2L << 30;
  private static final int PART = 10;

  private final FileStore store;
  private final long floor;

  /// @param floor bytes to keep free; empty: a tenth of the file system, 2 GiB at most
  public FreeSpace(Path directory, OptionalLong floor) throws IOException {
    this.store = Files.getFileStore(directory);
    long total = store.getTotalSpace();
    this.floor = floor.orElse(Math.min(MOST, total / PART));
  }

  /// The bytes that no sandbox may use; 0 for no minimum.
  public long floor() {
    return floor;
  }

  /// The bytes that are free now.
  public long free() throws IOException {
    return store.getUsableSpace();
  }

  /// Whether nothing large may be added: half of the floor is reserved for the server's log.
  public boolean isShort() throws IOException {
    return free() < floor / 2;
  }
}
