package dev.drover.directory;

import java.nio.file.FileSystemException;

/// A path that cannot be reached, because a segment on the way is a link or a file.
final class BlockedPath extends FileSystemException {
  private static final long serialVersionUID = 1;

  /// @param way the path up to that segment
  BlockedPath(String way) {
    super(way, null, "is a link or a file here");
  }
}
