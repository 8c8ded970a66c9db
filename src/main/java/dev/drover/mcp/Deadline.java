package dev.drover.mcp;

import java.time.Duration;
import java.util.function.LongSupplier;

/// The end of the wait for one answer, which signs of progress postpone. Safe for many threads.
final class Deadline {
  private final LongSupplier clock;
  private final long step;
  private final long last;
  private volatile long end;

  /// @param step the time until the end, and again after each sign of progress
  /// @param longest the time after which nothing postpones the end
  /// @param clock in nanoseconds, as [System#nanoTime]
  Deadline(Duration step, Duration longest, LongSupplier clock) {
    long now = clock.getAsLong();
    this.clock = clock;
    this.step = step.toNanos();
    last = now + longest.toNanos();
    end = now + Math.min(this.step, longest.toNanos());
  }

  static Deadline in(Duration time) {
    return new Deadline(time, time, System::nanoTime);
  }

  void progress() {
    long next = clock.getAsLong() + step;
    end = next - last > 0 ? last : next;
  }

  /// Negative or zero once it has passed.
  Duration left() {
    return Duration.ofNanos(end - clock.getAsLong());
  }

  boolean hasPassed() {
    return end - clock.getAsLong() <= 0;
  }
}
