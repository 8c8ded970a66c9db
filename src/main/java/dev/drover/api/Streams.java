package dev.drover.api;

import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The open event streams of a server. It ends all of them when it is closed, and breaks a stream
/// whose client receives nothing for longer than a ping interval. Safe for many threads.
final class Streams implements AutoCloseable {
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Duration ping;
  private final Duration grace;

  /// @param ping the time after which a ping is sent on an idle stream
  /// @param grace how long after a send a stream may be opened and still show what followed it
  Streams(Duration ping, Duration grace) {
    this.ping = ping;
    this.grace = grace;
    Thread.ofVirtual().name("streams").start(this::watch);
  }

  Duration ping() {
    return ping;
  }

  Duration grace() {
    return grace;
  }

  int count() {
    return open.size();
  }

  /// Runs a stream on the current thread until it ends.
  ///
  /// @param replay the earlier events that the stream begins with
  /// @param connection the connection of the client
  void run(EventStream stream, Connection connection, OutputStream out, Optional<Replay> replay)
      throws InterruptedException {
    open.add(stream);
    try {
      connection.watch(stream::leave);
      if (closing.getCount() == 0) {
        stream.end();
      }
      stream.run(out, replay);
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the reader of a stream is gone", e);
    } finally {
      connection.unwatch();
      open.remove(stream);
      Thread.interrupted(); // the connection may serve another request
    }
  }

  /// Ends every stream after its pending items are written.
  @Override
  public void close() {
    closing.countDown();
    open.forEach(EventStream::end);
  }

  private void watch() {
    try {
      while (!closing.await(ping.toNanos(), TimeUnit.NANOSECONDS)) {
        open.forEach(EventStream::breakIfStalled);
      }
    } catch (InterruptedException _) {
      // this thread is never interrupted
    }
  }
}
