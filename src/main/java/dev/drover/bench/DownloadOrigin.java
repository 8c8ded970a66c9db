package dev.drover.bench;

import dev.drover.gateway.tls.Authority;
import dev.drover.gateway.tls.Line;
import dev.drover.gateway.tls.PlainLine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A server on loopback, with or without TLS, whose responses are as long as the path of the
/// request says. A connection carries one request.
final class DownloadOrigin implements AutoCloseable {
  private static final int PIECE = 256 * 1024;
  private static final int LONGEST_HEAD = 16 * 1024;
  private static final int BACKLOG = 1_024;

  /// How long requests wait for each other.
  private static final int PATIENCE_SECONDS = 20;

  private static final String TOGETHER = "together/";

  private final Optional<Authority> authority;
  private final String host;
  private final String demanded;
  private final ServerSocketChannel server;
  private final ByteBuffer content;
  private volatile CountDownLatch together = new CountDownLatch(0);

  private DownloadOrigin(Optional<Authority> authority, String host, String demanded)
      throws IOException {
    this.authority = authority;
    this.host = host;
    this.demanded = demanded;
    content = authority.isEmpty() ? ByteBuffer.allocateDirect(PIECE) : ByteBuffer.allocate(PIECE);
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
    Thread.ofPlatform().daemon().name("bench-origin").start(this::accept);
  }

  static DownloadOrigin plain() throws IOException {
    return new DownloadOrigin(Optional.empty(), "127.0.0.1", "");
  }

  /// A server with TLS.
  ///
  /// @param host for which it has a certificate of the authority
  /// @param demanded must be in the head of each request; others are refused
  static DownloadOrigin encrypted(Authority authority, String host, String demanded)
      throws IOException {
    return new DownloadOrigin(Optional.of(authority), host, demanded);
  }

  /// The URL, which ends with a slash. After it, the number of bytes of the response is expected.
  String url() {
    int port = server.socket().getLocalPort();
    return (authority.isEmpty() ? "http" : "https") + "://" + host + ":" + port + "/";
  }

  /// As [#url], for requests that are answered when so many of them are open at the same time. A
  /// segment of any name and the number of bytes are expected after it.
  String together(int many) {
    together = new CountDownLatch(many);
    return url() + TOGETHER;
  }

  private void accept() {
    while (true) {
      try {
        var client = server.accept();
        Thread.ofVirtual().name("bench-origin").start(() -> serve(client));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      Line line = new PlainLine(client);
      if (authority.isPresent()) {
        line = authority.get().accept(line, Channels.newInputStream(line), host);
      }
      respond(line, head(line));
      line.shutdownOutput();
      for (var rest = ByteBuffer.allocate(1_024); line.read(rest) >= 0; rest.clear()) {
        // the client has to end the connection, or it may lose the end of the response
      }
    } catch (IOException _) {
      // the client has disconnected
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Reads the request, which has no body.
  private static String head(Line line) throws IOException {
    var head = ByteBuffer.allocate(LONGEST_HEAD);
    while (head.hasRemaining() && line.read(head) >= 0) {
      var text = new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    throw new IOException("a client sent no request");
  }

  private void respond(Line line, String head) throws IOException, InterruptedException {
    var path = head.substring("GET /".length(), head.indexOf(" HTTP/"));
    var status = status(head, path);
    long length = status.startsWith("200") ? length(path) : 0;
    write(
        line,
        ByteBuffer.wrap(
            Wire.bytes(
                "HTTP/1.1 "
                    + status
                    + "\r\ncontent-type: application/octet-stream\r\ncontent-length: "
                    + length
                    + "\r\nconnection: close\r\n\r\n")));
    for (long left = length; left > 0; ) {
      var piece = content.duplicate().limit((int) Math.min(left, PIECE));
      left -= piece.remaining();
      write(line, piece);
    }
  }

  private String status(String head, String path) throws InterruptedException {
    if (!head.contains(demanded)) {
      return "403 Forbidden";
    }
    var all = together;
    if (path.startsWith(TOGETHER)) {
      all.countDown();
      if (!all.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return "503 Service Unavailable";
      }
    }
    return "200 OK";
  }

  private static long length(String path) {
    return Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
  }

  private static void write(Line line, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      line.write(bytes);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException _) {
      // nothing is left to close
    }
  }
}
