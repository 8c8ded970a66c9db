package dev.drover.store.sql;

final class Threads {
  private Threads() {}

  /// Waits for a thread that has been told to end. An interrupt is kept for the caller.
  static void join(Thread thread) {
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
