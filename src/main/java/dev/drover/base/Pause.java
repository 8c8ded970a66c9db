package dev.drover.base;

import java.time.Duration;

/// Waiting, handed in so that tests need not.
@FunctionalInterface
public interface Pause {
  /// Returns after `duration`, at once if it is not positive. Measured on a clock that never jumps.
  void pause(Duration duration) throws InterruptedException;

  Pause REAL = Thread::sleep;
}
