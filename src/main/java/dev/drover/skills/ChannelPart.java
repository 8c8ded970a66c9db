package dev.drover.skills;

import dev.drover.base.BlockStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A part of a file, as a stream. It does not use the position of the channel, and does not close
/// it. Not safe for concurrent use.
final class ChannelPart extends BlockStream {
  private final FileChannel file;
  private final long end;
  private long at;

  ChannelPart(FileChannel file, long from, long count) {
    this.file = file;
    this.at = from;
    this.end = from + count;
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
