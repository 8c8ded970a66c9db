package dev.drover.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/// The decisions about failed deliveries: when they are attempted again, and when an endpoint is
/// disabled. Safe for many threads if the random numbers are.
final class WebhookRules {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  private final WebhookSettings settings;
  private final RandomGenerator random;

  WebhookRules(WebhookSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.random = random;
  }

  /// What becomes of a delivery after an attempt.
  WebhookResult after(WebhookQueue.Owed owed, WebhookAnswer answer, Instant now) {
    var state =
        answer.kind() == WebhookAnswer.Kind.ACCEPTED
            ? WebhookDelivery.State.DELIVERED
            : owed.attempts() >= settings.attempts()
                ? WebhookDelivery.State.FAILED
                : WebhookDelivery.State.OWED;
    return new WebhookResult(
        owed.event().id(),
        owed.attempts(),
        state,
        now.plus(pause(owed.attempts())),
        now,
        answer.status() == 0 ? OptionalInt.empty() : OptionalInt.of(answer.status()),
        answer.kind() == WebhookAnswer.Kind.ACCEPTED
            ? Optional.empty()
            : Optional.of(answer.text()));
  }

  /// The health of an endpoint after a round of attempts. One success counts more than failures: an
  /// endpoint may refuse some events.
  WebhookHealth after(WebhookHealth before, List<WebhookAnswer> answers, Instant now) {
    var last = answers.stream().filter(WebhookAnswer::isFinal).findFirst();
    if (last.isPresent()) {
      return new WebhookHealth(0, null, now, last.get().text());
    }
    if (answers.stream().anyMatch(answer -> answer.kind() == WebhookAnswer.Kind.ACCEPTED)) {
      return WebhookHealth.good(now);
    }
    var since = before.failingSince() == null ? now : before.failingSince();
    int failures = Math.min(before.failures() + 1, 1_000_000);
    var tolerated = settings.disableAfter();
    if (failures > 1 && !now.isBefore(since.plus(tolerated))) {
      var reason =
          "no delivery has succeeded since %s; the last attempt: %s"
              .formatted(since, answers.getLast().text());
      return new WebhookHealth(0, null, now, reason);
    }
    return new WebhookHealth(failures, since, now.plus(pause(failures)), null);
  }

  /// A pause that doubles with each failure up to a limit, less a random part of up to a third, so
  /// that what failed together is not attempted together.
  private Duration pause(int failures) {
    long full = settings.firstPause().toMillis() << Math.clamp(failures - 1, 0, 20);
    long limited =
        Math.min(full, Math.max(LONGEST_PAUSE.toMillis(), settings.firstPause().toMillis()));
    return Duration.ofMillis(limited - (long) (limited / 3.0 * random.nextDouble()));
  }
}
