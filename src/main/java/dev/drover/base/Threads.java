package dev.drover.base;

/// Waiting for threads.
public final class Threads {
  private Threads() {}

  /// Waits for a thread that has been told to end. An interrupt is kept for the caller.
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
