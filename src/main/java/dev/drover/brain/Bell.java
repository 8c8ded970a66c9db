package dev.drover.brain;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

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

  /// As [#await()], for at most `limit`, on a clock that never jumps; false when that passed.
  boolean await(Duration limit) throws InterruptedException {
    boolean rung = rings.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS);
    if (rung) {
      rings.drainPermits();
    }
    return rung;
  }
}
