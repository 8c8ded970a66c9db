package dev.drover.base;

import java.util.Collection;

/// Functions for waiting for threads.
public final class Threads {
  private Threads() {}

  /// Interrupts threads and waits until they have ended. An interrupt is kept for the caller.
  public static void stop(Collection<Thread> threads) {
    threads.forEach(Thread::interrupt);
    threads.forEach(Threads::join);
  }

  /// Waits for a thread that was asked to end. An interrupt is kept for the caller.
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
