package dev.drover.pax;

import dev.drover.base.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.List;

/// The content of one file of an archive. Holes are read as zeros. Not safe for concurrent use.
public final class PaxContent extends BlockStream {
  /// A range of a file that has data.
  record Range(long from, long length) {
    long to() {
      return from + length;
    }
  }

  private final InputStream in;
  private final List<Range> ranges;
  private final long size;
  private int range;
  private long at;

  /// @param in the archive, at the first byte of data
  /// @param ranges in ascending order, without overlaps, within `size`
  PaxContent(InputStream in, List<Range> ranges, long size) {
    this.in = in;
    this.ranges = List.copyOf(ranges);
    this.size = size;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at >= size) {
      return -1;
    }
    long hole = hole();
    if (hole > 0) {
      int n = (int) Math.min(length, hole);
      Arrays.fill(bytes, offset, offset + n, (byte) 0);
      at += n;
      return n;
    }
    return data(bytes, offset, length);
  }

  /// Writes the content to an empty file. Holes stay holes.
  public void writeTo(SeekableByteChannel file) throws IOException {
    var bytes = new byte[1 << 16];
    while (at < size) {
      long hole = hole();
      if (hole > 0) {
        at += hole;
        continue;
      }
      var data = ByteBuffer.wrap(bytes, 0, data(bytes, 0, bytes.length));
      file.position(at - data.remaining());
      while (data.hasRemaining()) {
        file.write(data);
      }
    }
    if (file.size() < size) {
      file.position(size - 1);
      file.write(ByteBuffer.wrap(new byte[1]));
    }
  }

  /// Skips what was not read.
  void finish() throws IOException {
    var bytes = new byte[1 << 16];
    while (range < ranges.size()) {
      at = Math.max(at, ranges.get(range).from());
      if (hole() == 0 && range < ranges.size()) {
        data(bytes, 0, bytes.length);
      }
    }
  }

  /// The number of bytes from here to the next data or the end; 0 within data.
  private long hole() {
    while (range < ranges.size() && ranges.get(range).to() <= at) {
      range++;
    }
    return range == ranges.size() ? size - at : Math.max(0, ranges.get(range).from() - at);
  }

  private int data(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, (int) Math.min(length, ranges.get(range).to() - at));
    if (n < 0) {
      throw new PaxRefused("the archive ends too early");
    }
    at += n;
    return n;
  }
}
