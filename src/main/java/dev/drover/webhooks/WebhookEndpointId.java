package dev.drover.webhooks;

import dev.drover.base.Ids;

/// The id of a webhook endpoint.
public record WebhookEndpointId(String value) {
  public static final String PREFIX = "whep_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static WebhookEndpointId of(String value) {
    return new WebhookEndpointId(Ids.check(PREFIX, "webhook endpoint", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
