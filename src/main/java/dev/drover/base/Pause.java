package dev.drover.base;

import java.time.Duration;

/// A way to wait, which tests replace.
@FunctionalInterface
public interface Pause {
  /// Returns after `duration`, or at once if it is not positive. It is measured with a monotonic
  /// clock.
  void pause(Duration duration) throws InterruptedException;

  Pause REAL = Thread::sleep;
}
