package dev.drover.hands;

import java.nio.ByteBuffer;

/// The attributes of a file, by which a change is recognized.
///
/// @param modified nanoseconds since the epoch; can be set by whoever owns the file
/// @param changed nanoseconds since the epoch, set by the kernel with every change
/// @param mode the kind and the permissions, as `st_mode`
/// @param links the number of its names
public record FileStamp(long size, long inode, long modified, long changed, int mode, int links) {
  static final int BYTES = 40;

  private static final int KIND = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;

  static FileStamp read(ByteBuffer in) {
    return new FileStamp(
        in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getInt(), in.getInt());
  }

  byte[] encoded() {
    return ByteBuffer.allocate(BYTES)
        .putLong(size)
        .putLong(inode)
        .putLong(modified)
        .putLong(changed)
        .putInt(mode)
        .putInt(links)
        .array();
  }

  public boolean isFile() {
    return (mode & KIND) == REGULAR;
  }

  public boolean isDirectory() {
    return (mode & KIND) == DIRECTORY;
  }
}
