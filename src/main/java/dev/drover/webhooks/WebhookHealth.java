package dev.drover.webhooks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether an endpoint answers.
///
/// @param failures the number of rounds in which every attempt failed, since the last success
/// @param failingSince the end of the first of these rounds; null without failures
/// @param pausedUntil no request is sent to the endpoint before this time
/// @param disable why the endpoint must be disabled; null if it need not
public record WebhookHealth(
    int failures, @Nullable Instant failingSince, Instant pausedUntil, @Nullable String disable) {
  /// The number of failed rounds after which an endpoint counts as away. When it is back, it gets
  /// everything that is owed at once.
  public static final int AWAY = 3;

  /// The health of an endpoint that answers. Endpoints are served in the order of the time in it.
  static WebhookHealth good(Instant now) {
    return new WebhookHealth(0, null, now, null);
  }

  /// Whether an endpoint with this health answers again after it was away.
  public boolean isBackAfter(WebhookHealth before) {
    return failures == 0 && before.failures >= AWAY;
  }
}
