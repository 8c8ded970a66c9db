package dev.drover.mcp;

import dev.drover.base.Threads;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Virtual threads that end when this is closed. Safe for many threads.
final class BackgroundThreads implements AutoCloseable {
  /// What such a thread does until it is interrupted.
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

  void start(String name, Work work) {
    threads.removeIf(thread -> !thread.isAlive());
    threads.add(started(name, work));
  }

  private static Thread started(String name, Work work) {
    return Thread.ofVirtual()
        .name(name)
        .start(
            () -> {
              try {
                work.run();
              } catch (InterruptedException _) {
                // it is not needed any more
              }
            });
  }

  /// Does short work on another thread, which can be done even if the calling thread was
  /// interrupted, and gives up after `limit`.
  static void within(Duration limit, Work work) {
    var thread = started("mcp-end", work);
    boolean interrupted = Thread.interrupted();
    try {
      if (!thread.join(limit)) {
        thread.interrupt();
      }
    } catch (InterruptedException _) {
      interrupted = true;
      thread.interrupt();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    Threads.stop(threads);
  }
}
