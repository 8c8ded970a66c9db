package dev.drover.webhooks;

import dev.drover.base.Json;
import java.time.Instant;

/// Something that happened, as endpoints are notified of it.
///
/// @param type as the protocol names it
/// @param data the field `data` of the notification
public record WebhookEvent(WebhookEventId id, String type, Instant happenedAt, Json.Obj data) {}
