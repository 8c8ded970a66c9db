package dev.drover.webhooks;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// The delivery of an event to an endpoint.
///
/// @param attempts the number of attempts so far, including one that is under way
/// @param dueAt when the next attempt may be made; empty if there is none
/// @param attemptedAt when the last attempt ended
/// @param status the HTTP status of the last answer
/// @param error why the last attempt failed
public record WebhookDelivery(
    WebhookEvent event,
    State state,
    int attempts,
    Optional<Instant> dueAt,
    Optional<Instant> attemptedAt,
    OptionalInt status,
    Optional<String> error) {

  /// The states of a delivery.
  public enum State {
    /// It is sent, now or after a pause.
    OWED,
    /// The endpoint has acknowledged it.
    DELIVERED,
    /// All attempts failed. It can be sent again on request.
    FAILED
  }
}
