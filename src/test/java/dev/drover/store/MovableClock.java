package dev.drover.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Stands still until it is moved, forwards or back.
final class MovableClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-11-22T10:00:00.123456Z");

  @Override
  public Instant instant() {
    return now;
  }

  void move(Duration by) {
    now = now.plus(by);
  }

  void set(Instant to) {
    now = to;
  }
}
