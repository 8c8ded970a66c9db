package dev.drover.api;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The listener of the server: accepts connections on a socket and retries after failures. After a
/// failure, such as too many open files, it closes connections that are not needed, pauses briefly,
/// and tries again; a broken socket is replaced. If failures last longer than the patience, it logs
/// an error, calls `failed` and stops.
final class Acceptor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());
  private static final Duration PAUSE = Duration.ofMillis(50);

  /// Opens the listening socket.
  @FunctionalInterface
  interface Opening {
    ServerSocketChannel open() throws IOException;
  }

  /// Receives the accepted connections.
  interface Taker {
    /// @return false if the limit of connections is reached
    boolean take(Socket socket);

    /// Closes connections that are not needed, because accepting one failed.
    void relieve();
  }

  private final Opening opening;
  private final Taker taker;
  private final Ids ids;
  private final Duration patience;
  private final Runnable failed;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile ServerSocketChannel channel;

  /// Opens the socket and starts to accept connections.
  ///
  /// @param patience how long failures may last
  /// @param failed called once when the listener stops because of failures
  Acceptor(Opening opening, Taker taker, Ids ids, Duration patience, Runnable failed)
      throws IOException {
    this.opening = opening;
    this.taker = taker;
    this.ids = ids;
    this.patience = patience;
    this.failed = failed;
    channel = opening.open();
    Thread.ofVirtual().name("listener").start(this::run);
  }

  int port() {
    return channel.socket().getLocalPort();
  }

  private void run() {
    long failing = 0;
    while (!isClosed()) {
      try {
        accept();
        failing = 0;
      } catch (IOException | RuntimeException | Error e) {
        if (isClosed()) {
          return;
        }
        long now = System.nanoTime();
        if (failing == 0) {
          failing = now;
          LOG.log(Level.WARNING, "connections cannot be accepted: " + e);
        }
        if (now - failing > patience.toNanos()) {
          LOG.log(Level.ERROR, "connections can no longer be accepted: " + e);
          failed.run();
          return;
        }
        recover();
      }
    }
  }

  private void accept() throws IOException {
    var client = channel.accept();
    try {
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (!taker.take(client.socket())) {
        refuse(client);
      }
    } catch (IOException | RuntimeException e) {
      client.close(); // only this connection failed
    }
  }

  /// Answers a connection beyond the limit with 503, as far as that does not block.
  private void refuse(SocketChannel client) throws IOException {
    try (client) {
      var requestId = ids.next("req_");
      var failure =
          Errors.of(new Problem(Problem.Kind.UNAVAILABLE, null, "Too many connections", null));
      var body = failure.body(requestId).toString().getBytes(StandardCharsets.UTF_8);
      var head =
          "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nrequest-id: "
              + requestId
              + "\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: "
              + body.length
              + "\r\n\r\n";
      var out = client.socket().getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(body);
    }
  }

  private void recover() {
    try {
      taker.relieve();
      boolean over = closing.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS);
      if (!over && !channel.isOpen()) {
        channel = opening.open();
        LOG.log(Level.INFO, "listening again");
        if (isClosed()) {
          channel.close();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "the socket cannot be opened again yet: " + e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  /// Stops accepting. Open connections are not affected.
  @Override
  public void close() {
    closing.countDown();
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the socket does not close: " + e.getMessage());
    }
  }
}
