package dev.drover.webhooks;

import dev.drover.catalog.WorkspaceId;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/// A URL to which the events of a workspace are sent.
///
/// @param enabled whether events are sent to it; what happens while it is disabled is never sent
/// @param disabledReason why the server disabled it; empty if it did not
public record WebhookEndpoint(
    WebhookEndpointId id,
    WorkspaceId workspace,
    Editable fields,
    boolean enabled,
    String disabledReason,
    Instant createdAt,
    Instant updatedAt) {

  /// What a client decides.
  ///
  /// @param events the types of the events that it gets, as the protocol names them; a newer
  ///   version may have stored types that this one does not know
  /// @param name a label; may be empty
  /// @param description notes; may be empty
  public record Editable(URI url, List<String> events, String name, String description) {
    public Editable {
      events = List.copyOf(events);
    }
  }

  /// The endpoint after a change by a client.
  public WebhookEndpoint changed(Editable next, boolean isEnabled, Instant at) {
    var reason = isEnabled == enabled ? disabledReason : "";
    return next.equals(fields) && isEnabled == enabled
        ? this
        : new WebhookEndpoint(id, workspace, next, isEnabled, reason, createdAt, at);
  }

  /// The endpoint after the server has disabled it.
  public WebhookEndpoint disabled(String reason, Instant at) {
    return new WebhookEndpoint(id, workspace, fields, false, reason, createdAt, at);
  }
}
