package dev.drover.brain;

import java.util.concurrent.Semaphore;

/// Tells a waiting brain to look again. A ring is never lost; many rings are one.
final class Bell {
  private final Semaphore rings = new Semaphore(0);

  void ring() {
    rings.release();
  }

  /// Waits for the next ring, or for one that nobody heard.
  void await() throws InterruptedException {
    rings.acquire();
    rings.drainPermits();
  }

  /// Forgets rings that nobody heard.
  void silence() {
    rings.drainPermits();
  }
}
