package dev.drover.http;

import dev.drover.base.BlockStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/// Reads a part of a file, whose position does not matter; closes the file. One thread.
final class FilePartStream extends BlockStream {
  private final FileChannel file;
  private long at;
  private long left;

  FilePartStream(FileChannel file, long from, long count) {
    this.file = file;
    at = from;
    left = count;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, into.length);
    if (count == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int read = file.read(ByteBuffer.wrap(into, offset, (int) Math.min(count, left)), at);
    if (read < 0) {
      throw new EOFException("the file has become shorter");
    }
    at += read;
    left -= read;
    return read;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
