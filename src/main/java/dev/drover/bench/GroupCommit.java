package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// A log to which many callers append, and one thread that writes what all waiting callers append,
/// and makes it durable once. The floors of durable appends differ in the sink only.
///
/// @param <T> what a caller appends
final class GroupCommit<T> implements AutoCloseable {
  private final LinkedBlockingQueue<Append<T>> waiting = new LinkedBlockingQueue<>();
  private final Append<T> end = new Append<>(null);
  private final Sink<T> sink;
  private final Thread thread;

  /// Where the appends go.
  interface Sink<T> extends AutoCloseable {
    /// Writes appends, which are durable when this returns.
    void write(List<T> appends) throws IOException;

    @Override
    void close() throws IOException;
  }

  private static final class Append<T> {
    private final @Nullable T what;
    private final CountDownLatch durable = new CountDownLatch(1);
    private @Nullable IOException failure;

    Append(@Nullable T what) {
      this.what = what;
    }
  }

  /// @param sink closed with this
  GroupCommit(Sink<T> sink) {
    this.sink = sink;
    thread = Thread.ofPlatform().daemon().name("bench-log").start(this::work);
  }

  /// Appends something, which is durable when this returns. Safe for many threads.
  void append(T what) throws IOException, InterruptedException {
    var append = new Append<T>(what);
    waiting.add(append);
    append.durable.await();
    if (append.failure != null) {
      throw new IOException(append.failure);
    }
  }

  private void work() {
    try {
      while (true) {
        var batch = new ArrayList<Append<T>>();
        batch.add(waiting.take());
        waiting.drainTo(batch);
        boolean last = batch.remove(end);
        write(batch);
        if (last) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(List<Append<T>> batch) {
    IOException failure = null;
    try {
      var all = new ArrayList<T>(batch.size());
      for (var append : batch) {
        if (append.what != null) {
          all.add(append.what);
        }
      }
      sink.write(all);
    } catch (IOException e) {
      failure = e;
    }
    for (var append : batch) {
      append.failure = failure;
      append.durable.countDown();
    }
  }

  @Override
  public void close() throws IOException {
    waiting.add(end);
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    sink.close();
  }
}
