package dev.drover.webhooks;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// What comes of an attempt to deliver an event.
///
/// @param attempts the number of attempts including this one, as when it was claimed
/// @param dueAt of the next attempt, if the delivery is still owed
/// @param at the end of the attempt
public record WebhookResult(
    WebhookEventId event,
    int attempts,
    WebhookDelivery.State state,
    Instant dueAt,
    Instant at,
    OptionalInt status,
    Optional<String> error) {}
