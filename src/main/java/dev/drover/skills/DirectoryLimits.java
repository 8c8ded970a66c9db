package dev.drover.skills;

import dev.drover.base.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// The limits of the directory of a zip archive, which is read into memory as a whole: an archive
/// of a few megabytes could need gigabytes, or minutes.
///
/// Whatever may be an entry of the directory counts, wherever it is in the archive. Compressed data
/// contains one by chance once in 4 GB, so each limit must be exceeded by more than one.
final class DirectoryLimits {
  /// The number of entries.
  private static final int MAX_ENTRIES = 10_000;

  /// The length of all extra fields together, in bytes. In memory, a field of four bytes takes more
  /// than ten times as much.
  private static final int MAX_EXTRA = 2 << 20;

  /// The number of entries with extra fields of more than [#LARGE] bytes: the time to read the
  /// fields of an entry is quadratic.
  private static final int MAX_LARGE = 4;

  private static final int LARGE = 4 << 10;
  private static final int BLOCK = 64 << 10;

  /// The number at the beginning of an entry, and where the length of its extra fields is.
  private static final int ENTRY = 0x02014b50;

  private static final int EXTRA_AT = 30;

  private int entries;
  private int extra;
  private int large;

  private DirectoryLimits() {}

  /// @throws Problem `INVALID_REQUEST` if an archive exceeds a limit
  static void check(FileChannel archive) throws IOException {
    new DirectoryLimits().read(archive);
  }

  private void read(FileChannel archive) throws IOException {
    var block = ByteBuffer.allocate(BLOCK);
    int last = 0;
    for (long at = 0; archive.read(block.clear(), at) > 0; at += block.limit()) {
      block.flip();
      while (block.hasRemaining()) {
        last = last >>> 8 | block.get() << 24; // the numbers of a zip archive are little-endian
        if (last == ENTRY) {
          add(extraLength(archive, at + block.position() - Integer.BYTES));
        }
      }
    }
  }

  private static int extraLength(FileChannel archive, long entry) throws IOException {
    var length = ByteBuffer.allocate(Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return archive.read(length, entry + EXTRA_AT) == Short.BYTES
        ? Short.toUnsignedInt(length.getShort(0))
        : 0;
  }

  private void add(int length) {
    entries++;
    extra += length;
    large += length > LARGE ? 1 : 0;
    if (entries > MAX_ENTRIES) {
      throw PackedSkill.tooMany();
    }
    if (extra > MAX_EXTRA || large > MAX_LARGE) {
      throw Problem.invalid("files: the archive has too many extra fields");
    }
  }
}
