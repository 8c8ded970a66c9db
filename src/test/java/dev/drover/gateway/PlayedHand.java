package dev.drover.gateway;

import dev.drover.hands.Egress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The side of `hand` of the streams of a sandbox: what it accepts and which headers it writes. The
/// bytes that follow are those of a program.
final class PlayedHand implements AutoCloseable {
  private final Path directory;
  private final UnixDomainSocketAddress address;
  private final ServerSocketChannel listener;

  PlayedHand() throws IOException {
    directory = Files.createTempDirectory("hand");
    address = UnixDomainSocketAddress.of(directory.resolve("e"));
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
  }

  Egress.Dial dial() {
    return () -> SocketChannel.open(address);
  }

  Program proxy() throws IOException {
    return stream(1, 1, 0);
  }

  Program transparent(int port) throws IOException {
    return stream(1, 2, 6, 127, 0, 0, 2, port >> 8, port & 0xff);
  }

  Program dns() throws IOException {
    return stream(1, 3, 0);
  }

  /// A stream that begins with these bytes, the third of which becomes a length of two bytes.
  Program stream(int version, int kind, int length, int... rest) throws IOException {
    var header = new ByteArrayOutputStream();
    header.write(version);
    header.write(kind);
    header.write(length >> 8);
    header.write(length & 0xff);
    for (int one : rest) {
      header.write(one);
    }
    while (true) {
      var program = new Program(listener.accept());
      try {
        return program.send(header.toByteArray());
      } catch (IOException _) {
        program.close(); // of a server that has gone
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    Files.deleteIfExists(address.getPath());
    Files.deleteIfExists(directory);
  }

  /// A program that has connected.
  record Program(SocketChannel channel) implements AutoCloseable {
    Program send(String text) throws IOException {
      return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Program send(byte[] bytes) throws IOException {
      for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
        channel.write(buffer);
      }
      return this;
    }

    Program end() throws IOException {
      channel.shutdownOutput();
      return this;
    }

    /// The next bytes, exactly so many.
    byte[] read(int count) throws IOException {
      var buffer = ByteBuffer.allocate(count);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new IOException(
              "ended after "
                  + new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1));
        }
      }
      return buffer.array();
    }

    String text(int count) throws IOException {
      return new String(read(count), StandardCharsets.ISO_8859_1);
    }

    /// All bytes until the end, or until the stream is cut off.
    String rest() {
      return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    byte[] bytes() {
      var all = new ByteArrayOutputStream();
      var buffer = ByteBuffer.allocate(64 * 1024);
      try {
        while (channel.read(buffer) >= 0) {
          all.write(buffer.array(), 0, buffer.position());
          buffer.clear();
        }
      } catch (IOException _) {
        // cut off
      }
      return all.toByteArray();
    }

    /// Sends the text, returns all that comes back, and goes.
    String ask(String text) throws IOException {
      try (this) {
        return send(text).rest();
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
