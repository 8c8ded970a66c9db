package dev.drover.webhooks;

import dev.drover.settings.Section;
import java.time.Duration;

/// How webhook events are delivered.
///
/// @param attempts how often a delivery is attempted
/// @param firstPause the pause after the first failed attempt; it doubles with each failure
/// @param timeout how long an endpoint may take to answer
/// @param disableAfter how long an endpoint may fail without a success before it is disabled
/// @param kept how long deliveries are kept, whatever became of them
public record WebhookSettings(
    int attempts, Duration firstPause, Duration timeout, Duration disableAfter, Duration kept) {
  private static final long YEAR = Duration.ofDays(365).toMillis();

  /// @param section the section `webhooks`
  public static WebhookSettings read(Section section) {
    return new WebhookSettings(
        section.count("max_attempts", 1, 10_000, 100),
        section.millis("first_pause_ms", 10, Duration.ofHours(1).toMillis(), Duration.ofSeconds(5)),
        section.millis("timeout_ms", 100, Duration.ofMinutes(2).toMillis(), Duration.ofSeconds(15)),
        section.millis("disable_after_ms", 0, YEAR, Duration.ofDays(3)),
        section.millis("kept_ms", 60_000, YEAR, Duration.ofDays(7)));
  }
}
