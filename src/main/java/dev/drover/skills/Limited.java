package dev.drover.skills;

import dev.drover.base.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The content of an entry, which is counted while it is read: what an archive says of its sizes
/// may be wrong. Not safe for concurrent use.
final class Limited extends FilterInputStream {
  /// The maximum size of a file, in bytes.
  static final long MAX_FILE = 30L << 20;

  /// The maximum size of all files together, in bytes.
  static final long MAX_ALL = 100L << 20;

  /// The highest ratio between a content and what was sent of it, above [#RATIO_FROM].
  private static final long MAX_RATIO = 200;

  private static final long RATIO_FROM = 1L << 20;

  private final SkillEntry entry;
  private final long before;
  private long count;

  /// @param before the size of the entries before this one
  Limited(SkillEntry entry, InputStream in, long before) {
    super(in);
    this.entry = entry;
    this.before = before;
  }

  /// The number of bytes that were read.
  long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int n = in.read(bytes, from, length);
    count += Math.max(0, n);
    if (count > MAX_FILE) {
      throw entry.path().refused("is larger than " + (MAX_FILE >> 20) + " MB");
    }
    if (before + count > MAX_ALL) {
      throw Problem.invalid("files: are larger than %d MB together".formatted(MAX_ALL >> 20));
    }
    if (count > RATIO_FROM && count / MAX_RATIO > entry.packed()) {
      throw entry.path().refused("is compressed by more than " + MAX_RATIO + " to 1");
    }
    return n;
  }
}
