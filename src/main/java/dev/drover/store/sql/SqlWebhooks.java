package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.webhooks.WebhookDelivery;
import dev.drover.webhooks.WebhookEndpoint;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookEventId;
import dev.drover.webhooks.Webhooks;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

final class SqlWebhooks implements Webhooks {
  private final Writer writer;
  private final Readers readers;

  SqlWebhooks(Writer writer, Readers readers) {
    this.writer = writer;
    this.readers = readers;
  }

  /// Endpoints of a workspace are created one after the other, so that there are never too many.
  @Override
  public void create(WebhookEndpoint endpoint, String key) {
    writer.call(
        endpoint.workspace().value(),
        (db, _) -> {
          db.dialect().keepTable(db, "webhook_endpoint");
          if (WebhookRows.all(db, endpoint.workspace()).size() >= MOST) {
            throw Problem.invalid("A workspace can have at most " + MOST + " webhook endpoints.");
          }
          WebhookRows.insert(db, endpoint, key);
          return true;
        });
  }

  @Override
  public WebhookEndpoint get(WorkspaceId workspace, WebhookEndpointId id) {
    return readers
        .call(db -> WebhookRows.find(db, workspace, id))
        .orElseThrow(() -> WebhookRows.notFound(id));
  }

  @Override
  public List<WebhookEndpoint> list(WorkspaceId workspace) {
    return readers.call(db -> WebhookRows.all(db, workspace));
  }

  @Override
  public WebhookEndpoint update(
      WorkspaceId workspace, WebhookEndpointId id, UnaryOperator<WebhookEndpoint> change) {
    return writer.call(
        id.value(),
        (db, _) -> {
          var before = WebhookRows.take(db, workspace, id);
          var after = change.apply(before);
          if (!after.equals(before)) {
            boolean moved = !after.fields().url().equals(before.fields().url());
            WebhookRows.keep(db, after, moved || (after.enabled() && !before.enabled()));
          }
          return after;
        });
  }

  @Override
  public void delete(WorkspaceId workspace, WebhookEndpointId id) {
    writer.call(
        id.value(),
        (db, _) -> {
          WebhookRows.take(db, workspace, id);
          db.update("DELETE FROM webhook_subscription WHERE endpoint_id = ?", id.value());
          db.update("DELETE FROM webhook_delivery WHERE endpoint_id = ?", id.value());
          return db.update("DELETE FROM webhook_endpoint WHERE id = ?", id.value());
        });
  }

  @Override
  public void rekey(
      WorkspaceId workspace,
      WebhookEndpointId id,
      String key,
      Optional<Instant> previousUntil,
      Instant now) {
    writer.call(
        id.value(),
        (db, _) -> {
          WebhookRows.take(db, workspace, id);
          return db.update(
              "UPDATE webhook_endpoint SET previous_key = "
                  + (previousUntil.isPresent() ? "signing_key" : "NULL")
                  + ", previous_until = ?, signing_key = ?, updated_at = ? WHERE id = ?",
              previousUntil.map(Micros::of).orElse(null),
              key,
              Micros.of(now),
              id.value());
        });
  }

  @Override
  public Page<WebhookDelivery> deliveries(
      WorkspaceId workspace,
      WebhookEndpointId id,
      Optional<WebhookDelivery.State> state,
      int limit,
      Optional<String> page) {
    get(workspace, id);
    var list = new Cursor.Of("WEBHOOK_DELIVERIES_" + id);
    var query = new NewestFirst(WebhookRows.DELIVERIES, id.value());
    state.ifPresent(one -> query.and("state = ?", WebhookRows.text(one)));
    var rows = query.query(page, list, limit);
    var found = readers.call(db -> db.list(rows.sql(), WebhookRows::delivery, rows.values()));
    return Cursor.page(found, limit, list, false, SqlWebhooks::position);
  }

  private static Cursor position(WebhookDelivery delivery) {
    return new Cursor(delivery.event().happenedAt(), delivery.event().id().value());
  }

  @Override
  public WebhookDelivery resend(
      WorkspaceId workspace, WebhookEndpointId id, WebhookEventId event, Instant now) {
    return writer.call(
        id.value(),
        (db, _) -> {
          if (!WebhookRows.take(db, workspace, id).enabled()) {
            throw Problem.invalid("Webhook endpoint " + id + " is disabled. Enable it first.");
          }
          db.update(
              """
              UPDATE webhook_delivery SET
                attempts = CASE WHEN state = 'owed' THEN attempts ELSE 0 END,
                state = 'owed', due_at = ?
              WHERE endpoint_id = ? AND id = ? AND node IS NULL\
              """,
              Micros.of(now),
              id.value(),
              event.value());
          db.update("UPDATE webhook_endpoint SET paused_until = 0 WHERE id = ?", id.value());
          return delivery(db, id, event);
        });
  }

  private static WebhookDelivery delivery(Db db, WebhookEndpointId id, WebhookEventId event)
      throws SQLException {
    return db.first(
            WebhookRows.DELIVERIES + " AND id = ?",
            WebhookRows::delivery,
            id.value(),
            event.value())
        .orElseThrow(() -> Problem.notFound("Webhook event " + event + " not found."));
  }
}
