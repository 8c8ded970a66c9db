package dev.drover.gateway;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// The bytes that a program in a sandbox sends, some of which are looked at before the rest is
/// copied. Not safe for concurrent use.
final class PeekedStream {
  private static final int SIZE = 8 * 1024;

  private final ReadableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(SIZE).limit(0);

  PeekedStream(ReadableByteChannel channel) {
    this.channel = channel;
  }

  /// Whether bytes have arrived that were not read.
  boolean hasArrived() {
    return buffer.hasRemaining();
  }

  private boolean isAtEnd() throws IOException {
    if (buffer.hasRemaining()) {
      return false;
    }
    int read = channel.read(buffer.clear());
    buffer.flip();
    return read < 0;
  }

  /// The next byte, which stays the next one; -1 at the end.
  int peek() throws IOException {
    return isAtEnd() ? -1 : buffer.get(buffer.position()) & 0xff;
  }

  /// The next byte.
  ///
  /// @throws EOFException at the end
  int read() throws IOException {
    if (isAtEnd()) {
      throw new EOFException();
    }
    return buffer.get() & 0xff;
  }

  int readShort() throws IOException {
    return (read() << 8) | read();
  }

  byte[] read(int count) throws IOException {
    var bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) read();
    }
    return bytes;
  }

  /// Up to `most` of the next bytes, valid until the next read.
  ///
  /// @throws EOFException at the end
  ByteBuffer next(long most) throws IOException {
    if (isAtEnd()) {
      throw new EOFException();
    }
    int count = (int) Math.min(most, buffer.remaining());
    var bytes = buffer.slice(buffer.position(), count);
    buffer.position(buffer.position() + count);
    return bytes;
  }

  /// The bytes from here on, as a stream.
  InputStream stream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return isAtEnd() ? -1 : PeekedStream.this.read();
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (isAtEnd()) {
          return -1;
        }
        var some = next(length);
        int count = some.remaining();
        some.get(to, offset, count);
        return count;
      }
    };
  }

  /// The bytes that have arrived and were not read.
  ByteBuffer rest() {
    var bytes = buffer.slice();
    buffer.position(buffer.limit());
    return bytes;
  }
}
