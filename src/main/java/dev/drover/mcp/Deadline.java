package dev.drover.mcp;

import java.time.Duration;

/// The end of the wait for one answer, which signs of progress postpone. Safe for many threads.
final class Deadline {
  private final long step;
  private final long last;
  private volatile long end;

  /// @param step the time until the end, and again after each sign of progress
  /// @param longest the time after which nothing postpones the end
  Deadline(Duration step, Duration longest) {
    long now = System.nanoTime();
    this.step = step.toNanos();
    last = now + longest.toNanos();
    end = now + Math.min(this.step, longest.toNanos());
  }

  static Deadline in(Duration time) {
    return new Deadline(time, time);
  }

  void progress() {
    long next = System.nanoTime() + step;
    end = next - last > 0 ? last : next;
  }

  /// Negative or zero once it has passed.
  Duration left() {
    return Duration.ofNanos(end - System.nanoTime());
  }

  boolean hasPassed() {
    return end - System.nanoTime() <= 0;
  }
}
