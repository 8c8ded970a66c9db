package dev.drover.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One end of an HTTP/1.1 connection. It implements only the parts of the protocol that the
/// benchmark needs, so that its own cost is low. It blocks. Not safe for concurrent use.
final class Wire implements AutoCloseable {
  /// Longer than any response of a healthy server takes.
  private static final int PATIENCE_MILLIS = 60_000;

  private static final int BUFFER = 4_096;

  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;

  private long left;
  private boolean chunked;
  private boolean withinChunks;

  private Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  /// The client's end. It waits up to a minute for each read.
  static Wire to(URI url) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new Wire(socket);
  }

  /// The server's end. It waits for a client without a limit.
  static Wire of(Socket accepted) throws IOException {
    return new Wire(accepted);
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /// Reads the head of a message and returns its first line; empty at the end of the connection.
  String head() throws IOException {
    chunked = false;
    withinChunks = false;
    left = 0;
    var first = line();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        left = Long.parseLong(lower.substring(15).strip());
      } else if (lower.startsWith("transfer-encoding:") && lower.endsWith("chunked")) {
        chunked = true;
      }
    }
    return first;
  }

  /// Reads the rest of the body.
  byte[] body() throws IOException {
    var body = new ByteArrayOutputStream((int) Math.max(left, 512));
    while (left > 0 || nextChunk()) {
      if (at == end && !fill()) {
        throw new EOFException("the connection ended within a body");
      }
      int length = (int) Math.min(left, end - at);
      body.write(buffer, at, length);
      at += length;
      left -= length;
    }
    return body.toByteArray();
  }

  /// Reads the next line of the body, without its line end.
  ///
  /// @throws EOFException at the end of the body
  String bodyLine() throws IOException {
    var line = new StringBuilder();
    while (left > 0 || nextChunk()) {
      left--;
      int c = next();
      if (c == '\n') {
        return line.toString();
      }
      line.append((char) c);
    }
    throw new EOFException("the body ended");
  }

  private boolean nextChunk() throws IOException {
    if (!chunked) {
      return false;
    }
    if (withinChunks) {
      line();
    }
    withinChunks = true;
    left = Long.parseLong(line(), 16);
    if (left == 0) {
      chunked = false;
      line();
    }
    return left > 0;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = next(); c >= 0 && c != '\n'; c = next()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private int next() throws IOException {
    return at < end || fill() ? buffer[at++] & 0xff : -1;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // nothing is left to close
    }
  }
}
