package dev.drover.skills;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A part of a file, as a stream. It does not use the position of the channel, and does not close
/// it. Not safe for concurrent use.
final class ChannelPart extends InputStream {
  private final FileChannel file;
  private final long end;
  private long at;

  ChannelPart(FileChannel file, long from, long count) {
    this.file = file;
    this.at = from;
    this.end = from + count;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int wanted = (int) Math.min(length, end - at);
    if (length == 0 || wanted <= 0) {
      return length == 0 ? 0 : -1;
    }
    int n = file.read(ByteBuffer.wrap(bytes, from, wanted), at);
    at += Math.max(0, n);
    return n;
  }
}
