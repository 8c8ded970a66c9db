package dev.drover.hands;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// Decides whether a call may start a new sandbox in its slot. Called with the slot's lock held.
final class Admission {
  /// The number of calls that may wait for a permit.
  static final int QUEUE = 64;

  private final Permits permits;
  private final CountDownLatch closed;
  private final int most;
  private final Duration wait;

  Admission(Permits permits, CountDownLatch closed, int most, Duration wait) {
    this.permits = permits;
    this.closed = closed;
    this.most = most;
    this.wait = wait;
  }

  /// Takes a free permit. False if there is none.
  boolean tryEnter(HandSlot slot) throws Sandboxes.Unavailable {
    mayStart(slot);
    return permits.tryTake();
  }

  /// Waits for a permit.
  void await(HandSlot slot) throws Sandboxes.Unavailable, InterruptedException {
    var permit = permits.queue(QUEUE);
    slot.waiting = permit;
    try {
      if (slot.released) {
        permit.complete(false);
      }
      if (!permits.await(permit, wait)) {
        mayStart(slot);
        throw new Sandboxes.Unavailable(
            "CAPACITY: all " + most + " sandboxes of this server are busy. Please retry later.");
      }
    } finally {
      slot.waiting = null;
    }
  }

  private void mayStart(HandSlot slot) throws Sandboxes.Unavailable {
    if (closed.getCount() == 0) {
      throw new Sandboxes.Unavailable("The server is stopping. Please retry.");
    }
    if (slot.released) {
      throw new Sandboxes.Unavailable(
          "The session's sandbox was released while this call waited for it. The call did not"
              + " run and had no effect.");
    }
  }
}
