package dev.drover.base;

/// Functions for waiting for threads.
public final class Threads {
  private Threads() {}

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
