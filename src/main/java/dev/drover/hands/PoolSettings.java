package dev.drover.hands;

import dev.drover.settings.Section;
import java.time.Duration;

/// The number of sandboxes, and how long idle ones are kept.
///
/// @param most sandboxes that live at once
/// @param idle how long a sandbox without a call is kept
public record PoolSettings(int most, Duration idle) {
  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  public static PoolSettings read(Section section) {
    return new PoolSettings(
        section.count("max", 1, 100_000, 200),
        section.millis("idle_ms", 1_000, DAY_MS, Duration.ofMinutes(15)));
  }
}
