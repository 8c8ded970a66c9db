package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Micros;
import dev.drover.webhooks.SealedKeys;
import dev.drover.webhooks.WebhookDelivery;
import dev.drover.webhooks.WebhookEndpoint;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookEvent;
import dev.drover.webhooks.WebhookEventId;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// The rows of webhook endpoints and of deliveries.
public final class WebhookRows {
  /// The endpoints with deliveries that are due, those that were served the longest time ago first.
  public static final String DUE =
      """
      SELECT id FROM webhook_endpoint
      WHERE enabled = 1 AND paused_until <= ? AND EXISTS (
        SELECT 1 FROM webhook_delivery
        WHERE endpoint_id = webhook_endpoint.id AND state = 'owed' AND due_at <= ?)
      ORDER BY paused_until, id LIMIT ?\
      """;

  /// The deliveries to an endpoint that are due.
  public static final String DUE_TO =
      """
      SELECT * FROM webhook_delivery WHERE endpoint_id = ? AND state = 'owed' AND due_at <= ?
      ORDER BY due_at LIMIT ?\
      """;

  /// The keys of some deliveries of events before a time.
  public static final String OLD =
      "SELECT endpoint_id, id FROM webhook_delivery WHERE created_at < ? LIMIT ?";

  static final String DELIVERIES = "SELECT * FROM webhook_delivery WHERE endpoint_id = ?";

  private static final String ENDPOINTS = "SELECT * FROM webhook_endpoint WHERE workspace_id = ?";

  private WebhookRows() {}

  static WebhookEndpoint endpoint(ResultSet row) throws SQLException {
    return new WebhookEndpoint(
        new WebhookEndpointId(row.getString("id")),
        new WorkspaceId(row.getString("workspace_id")),
        new WebhookEndpoint.Editable(
            URI.create(row.getString("url")),
            List.of(row.getString("events").split(" ", -1)),
            row.getString("name"),
            row.getString("description")),
        row.getInt("enabled") == 1,
        row.getString("disabled_reason"),
        Micros.instant(row.getLong("created_at")),
        Micros.instant(row.getLong("updated_at")));
  }

  static SealedKeys keys(ResultSet row) throws SQLException {
    return new SealedKeys(
        row.getString("signing_key"),
        row.getString("previous_key"),
        SessionRows.instant(row, "previous_until"));
  }

  static Optional<WebhookEndpoint> find(Db db, WorkspaceId workspace, WebhookEndpointId id)
      throws SQLException {
    return db.first(
        ENDPOINTS + " AND id = ?", WebhookRows::endpoint, workspace.value(), id.value());
  }

  static List<WebhookEndpoint> all(Db db, WorkspaceId workspace) throws SQLException {
    return db.list(
        ENDPOINTS + " ORDER BY created_at DESC, id DESC", WebhookRows::endpoint, workspace.value());
  }

  /// Reads and locks an endpoint.
  static WebhookEndpoint take(Db db, WorkspaceId workspace, WebhookEndpointId id)
      throws SQLException {
    return db.first(
            ENDPOINTS + " AND id = ?" + db.dialect().keepingRows(),
            WebhookRows::endpoint,
            workspace.value(),
            id.value())
        .orElseThrow(() -> notFound(id));
  }

  static Problem notFound(WebhookEndpointId id) {
    return Problem.notFound("Webhook endpoint " + id + " not found.");
  }

  static void insert(Db db, WebhookEndpoint endpoint, String key) throws SQLException {
    db.update(
        """
        INSERT INTO webhook_endpoint (
          id, workspace_id, url, name, description, events, enabled, disabled_reason, signing_key,
          created_at, updated_at, failures, paused_until)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)\
        """,
        endpoint.id().value(),
        endpoint.workspace().value(),
        endpoint.fields().url().toString(),
        endpoint.fields().name(),
        endpoint.fields().description(),
        String.join(" ", endpoint.fields().events()),
        endpoint.enabled() ? 1 : 0,
        endpoint.disabledReason(),
        key,
        Micros.of(endpoint.createdAt()),
        Micros.of(endpoint.updatedAt()));
    subscribe(db, endpoint);
  }

  /// Stores a changed endpoint.
  ///
  /// @param fresh whether it is to be tried again at once, whatever happened before
  static void keep(Db db, WebhookEndpoint endpoint, boolean fresh) throws SQLException {
    db.update(
        """
        UPDATE webhook_endpoint SET
          url = ?, name = ?, description = ?, events = ?, enabled = ?, disabled_reason = ?,
          updated_at = ?\
        """
            + (fresh ? ", failures = 0, failing_since = NULL, paused_until = 0" : "")
            + " WHERE id = ?",
        endpoint.fields().url().toString(),
        endpoint.fields().name(),
        endpoint.fields().description(),
        String.join(" ", endpoint.fields().events()),
        endpoint.enabled() ? 1 : 0,
        endpoint.disabledReason(),
        Micros.of(endpoint.updatedAt()),
        endpoint.id().value());
    db.update("DELETE FROM webhook_subscription WHERE endpoint_id = ?", endpoint.id().value());
    subscribe(db, endpoint);
  }

  private static void subscribe(Db db, WebhookEndpoint endpoint) throws SQLException {
    if (!endpoint.enabled()) {
      return;
    }
    for (var type : endpoint.fields().events()) {
      db.update(
          "INSERT INTO webhook_subscription (workspace_id, type, endpoint_id) VALUES (?, ?, ?)",
          endpoint.workspace().value(),
          type,
          endpoint.id().value());
    }
  }

  static WebhookEvent event(ResultSet row) throws SQLException {
    return new WebhookEvent(
        new WebhookEventId(row.getString("id")),
        row.getString("type"),
        Micros.instant(row.getLong("created_at")),
        (Json.Obj) Json.trusted(row.getString("data")));
  }

  static WebhookDelivery delivery(ResultSet row) throws SQLException {
    var state = WebhookDelivery.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    var due = Micros.instant(row.getLong("due_at"));
    var status = Db.nullableLong(row, "status");
    return new WebhookDelivery(
        event(row),
        state,
        row.getInt("attempts"),
        state == WebhookDelivery.State.OWED ? Optional.of(due) : Optional.empty(),
        Optional.ofNullable(SessionRows.instant(row, "attempted_at")),
        status == null ? OptionalInt.empty() : OptionalInt.of(status.intValue()),
        Optional.ofNullable(row.getString("last_error")));
  }

  static String text(WebhookDelivery.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /// Makes what dead nodes had claimed due again.
  static void freeOrphans(Db db, Instant now) throws SQLException {
    db.update(
        """
        UPDATE webhook_delivery SET node = NULL, due_at = ?
        WHERE node IS NOT NULL AND node NOT IN (SELECT id FROM node)\
        """,
        Micros.of(now));
  }
}
