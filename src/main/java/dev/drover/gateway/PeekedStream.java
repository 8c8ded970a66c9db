package dev.drover.gateway;

import java.io.EOFException;
import java.io.IOException;
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

  /// The bytes that have arrived and were not read.
  ByteBuffer rest() {
    var bytes = buffer.slice();
    buffer.position(buffer.limit());
    return bytes;
  }
}
