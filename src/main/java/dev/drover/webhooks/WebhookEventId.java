package dev.drover.webhooks;

import dev.drover.base.Ids;

/// The id of a webhook event. All endpoints get an event under the same id, and so does an endpoint
/// that gets it twice.
public record WebhookEventId(String value) {
  public static final String PREFIX = "whe_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static WebhookEventId of(String value) {
    return new WebhookEventId(Ids.check(PREFIX, "webhook event", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
