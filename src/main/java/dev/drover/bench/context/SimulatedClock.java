package dev.drover.bench.context;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that advances only by [#advance]. One thread.
public final class SimulatedClock implements InstantSource {
  private Instant now = Instant.EPOCH;

  @Override
  public Instant instant() {
    return now;
  }

  public void advance(Duration time) {
    now = now.plus(time);
  }
}
