package dev.drover.webhooks;

import java.util.List;
import java.util.Optional;

/// What a client asks of an endpoint. What is empty stays as it is.
///
/// @param events the types of the events that it gets
public record WebhookRequest(
    Optional<String> url,
    List<String> events,
    Optional<String> name,
    Optional<String> description,
    Optional<Boolean> enabled) {
  public WebhookRequest {
    events = List.copyOf(events);
  }
}
