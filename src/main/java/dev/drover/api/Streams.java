package dev.drover.api;

import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The open event streams of a server. Ends them when it is closed, and those whose reader takes
/// nothing for longer than a ping interval. Safe for many threads.
final class Streams implements AutoCloseable {
  private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Duration ping;

  /// @param ping how long a stream may be silent
  Streams(Duration ping) {
    this.ping = ping;
    Thread.ofVirtual().name("streams").start(this::watch);
  }

  Duration ping() {
    return ping;
  }

  int count() {
    return open.size();
  }

  /// Runs a stream on this thread to its end.
  ///
  /// @param over the session has ended: only what is there already will ever come
  void run(EventStream stream, OutputStream out, boolean over) throws InterruptedException {
    open.add(stream);
    try {
      if (closing.getCount() == 0) {
        stream.end();
      }
      stream.run(out, over);
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the reader of a stream is gone", e);
    } finally {
      open.remove(stream);
      Thread.interrupted(); // the connection may serve another request
    }
  }

  /// Ends every stream after what it is writing.
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
      // nobody does, and there is nothing to undo
    }
  }
}
