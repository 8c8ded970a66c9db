package dev.drover.telemetry;

import dev.drover.webhooks.WebhookAnswer;
import dev.drover.webhooks.WebhookRunner;
import java.time.Duration;
import java.util.Locale;

/// The measurements of attempts to deliver webhook events.
public record WebhookMeters(Meters meters) implements WebhookRunner.Watch {
  @Override
  public void attempted(WebhookAnswer.Kind kind, Duration took) {
    var outcome = kind.name().toLowerCase(Locale.ROOT);
    meters.webhooks.increment(outcome);
    meters.webhookSeconds.since(System.nanoTime() - took.toNanos(), outcome);
  }
}
