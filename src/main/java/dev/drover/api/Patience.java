package dev.drover.api;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Breaks the connections of clients that do not get on: with the head of a request, with its body,
/// with the next request. A connection has one thread, which says when it begins to wait for its
/// client and when it is done with that. Safe for many threads.
final class Patience implements Http1ConnectionListener, AutoCloseable {
  private final Map<Thread, Long> waiting = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Duration limit;

  /// @param limit how long one wait may last; it is cut within twice that
  Patience(Duration limit) {
    this.limit = limit;
    Thread.ofVirtual().name("patience").start(this::watch);
  }

  /// This thread waits for its client from now on.
  void begin() {
    waiting.put(Thread.currentThread(), System.nanoTime());
  }

  /// This thread waits no longer: it will not be interrupted.
  ///
  /// @throws CloseConnectionException if it has been
  void end() {
    if (waiting.remove(Thread.currentThread()) == null) {
      throw new CloseConnectionException("the client took too long");
    }
  }

  @Override
  public void prologue(ConnectionContext connection, HttpPrologue prologue) {
    begin();
  }

  @Override
  public void headers(ConnectionContext connection, Headers headers) {
    end();
  }

  @Override
  public void close() {
    closing.countDown();
  }

  private void watch() {
    try {
      while (!closing.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        long now = System.nanoTime();
        waiting.keySet().forEach(thread -> breakIfLate(thread, now));
      }
    } catch (InterruptedException _) {
      // nobody does, and there is nothing to undo
    }
  }

  /// Whoever takes the entry out of the map decides: this, or the thread that is done in time.
  private void breakIfLate(Thread thread, long now) {
    waiting.computeIfPresent(
        thread,
        (_, since) -> {
          if (now - since < limit.toNanos()) {
            return since;
          }
          thread.interrupt();
          return null;
        });
  }
}
