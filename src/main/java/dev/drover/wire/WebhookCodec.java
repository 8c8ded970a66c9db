package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.webhooks.SigningKeys;
import dev.drover.webhooks.WebhookDelivery;
import dev.drover.webhooks.WebhookEndpoint;
import dev.drover.webhooks.WebhookEvent;
import dev.drover.webhooks.WebhookRequest;
import dev.drover.webhooks.WebhookType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The JSON form of webhook endpoints, of the notifications that they get, and of deliveries.
public final class WebhookCodec {
  /// The maximum length of a URL.
  private static final int URL = 2_048;

  private static final int NAME = 255;
  private static final int DESCRIPTION = 1_024;
  private static final int EVENTS = 100;
  private static final int EVENT = 128;

  private WebhookCodec() {}

  /// Reads the body of a request to create an endpoint.
  public static WebhookRequest create(Fields body) {
    body.required("url");
    body.required("enabled_events");
    var request = read(body, Optional.empty());
    if (request.events().isEmpty()) {
      throw body.problem("enabled_events", "must contain at least one event type");
    }
    return request;
  }

  /// Reads the body of a request to change an endpoint.
  public static WebhookRequest update(Fields body) {
    return read(body, body.value("state").map(_ -> isEnabled(body)));
  }

  private static WebhookRequest read(Fields body, Optional<Boolean> enabled) {
    var request =
        new WebhookRequest(
            body.value("url").map(_ -> body.plainText("url", 1, URL)),
            events(body),
            Optional.ofNullable(body.optionalPlainText("name", NAME)),
            Optional.ofNullable(body.optionalPlainText("description", DESCRIPTION)),
            enabled);
    body.end();
    return request;
  }

  private static boolean isEnabled(Fields body) {
    return switch (body.text("state", 1, EVENT)) {
      case "enabled" -> true;
      case "disabled" -> false;
      default -> throw body.problem("state", "must be enabled or disabled");
    };
  }

  private static List<String> events(Fields body) {
    var names = new LinkedHashSet<String>();
    for (var name : body.texts("enabled_events", EVENTS, EVENT)) {
      if (WebhookType.of(name).isEmpty()) {
        throw notSent(body);
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  private static Problem notSent(Fields body) {
    var known =
        Arrays.stream(WebhookType.values())
            .map(WebhookType::toString)
            .collect(Collectors.joining(", "));
    return body.problem(
        "enabled_events", "this version of Drover sends events of these types only: " + known);
  }

  public static Json.Obj write(WebhookEndpoint endpoint) {
    var fields = endpoint.fields();
    return Json.obj(
        "id", endpoint.id().value(),
        "type", "webhook_endpoint",
        "url", fields.url().toString(),
        "name", fields.name(),
        "description", fields.description(),
        "enabled_events", fields.events(),
        "state", endpoint.enabled() ? "enabled" : "disabled",
        "disabled_reason", endpoint.disabledReason(),
        "created_at", Times.write(endpoint.createdAt()),
        "updated_at", Times.write(endpoint.updatedAt()));
  }

  /// A new endpoint with its secret, which no other answer shows.
  public static Json.Obj write(WebhookEndpoint endpoint, SigningKeys keys) {
    return write(endpoint).with("signing_secret", keys.current().reveal());
  }

  /// A new secret.
  public static Json.Obj write(SigningKeys keys) {
    return Json.obj("signing_secret", keys.current().reveal());
  }

  /// The field `data` of a notification.
  ///
  /// @param id of the object to which something happened
  /// @param more further fields, such as `vault_id`
  public static Json.Obj data(
      WebhookType type, String id, WorkspaceId workspace, Map<String, String> more) {
    var data =
        Json.obj(
            "type",
            type.toString(),
            "id",
            id,
            "organization_id",
            WorkspaceId.ORGANIZATION,
            "workspace_id",
            workspace.value());
    for (var field : more.entrySet()) {
      data = data.with(field.getKey(), field.getValue());
    }
    return data;
  }

  /// The notification of an event: the body of the request to an endpoint.
  public static Json.Obj notification(WebhookEvent event) {
    return Json.obj(
        "type", "event",
        "id", event.id().value(),
        "created_at", Times.write(event.happenedAt()),
        "data", event.data());
  }

  public static Json.Obj write(WebhookDelivery delivery) {
    return Json.obj(
        "type", "webhook_delivery",
        "event", notification(delivery.event()),
        "state", delivery.state().name().toLowerCase(Locale.ROOT),
        "attempts", delivery.attempts(),
        "next_attempt_at", Times.write(delivery.dueAt().orElse(null)),
        "attempted_at", Times.write(delivery.attemptedAt().orElse(null)),
        "response_status", delivery.status().isPresent() ? delivery.status().getAsInt() : null,
        "error", delivery.error().orElse(null));
  }
}
