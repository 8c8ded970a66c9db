package dev.drover.brain;

import java.util.concurrent.Semaphore;

/// A signal that wakes a waiting brain. A ring is never lost; several rings count as one. Any
/// thread may ring; one thread waits.
final class Bell {
  private final Semaphore rings = new Semaphore(0);

  void ring() {
    rings.release();
  }

  /// Waits for a ring, or returns at once if one is pending. Clears all pending rings.
  void await() throws InterruptedException {
    rings.acquire();
    rings.drainPermits();
  }

  /// Clears all pending rings.
  void silence() {
    rings.drainPermits();
  }
}
