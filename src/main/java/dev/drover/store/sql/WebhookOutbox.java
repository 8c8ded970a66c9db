package dev.drover.store.sql;

import dev.drover.base.Ids;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.store.Micros;
import dev.drover.webhooks.WebhookEventId;
import dev.drover.webhooks.WebhookType;
import dev.drover.wire.WebhookCodec;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/// The outbox of webhooks: it adds events in the transaction of their cause, for each endpoint that
/// wants them. An event that no endpoint wants is not stored. Safe for many threads.
public final class WebhookOutbox {
  /// A condition on the workspace of a session: an endpoint wants some of its events.
  static final String WATCHED =
      "EXISTS (SELECT 1 FROM webhook_subscription"
          + " WHERE webhook_subscription.workspace_id = session.workspace_id)";

  /// Adds a delivery for each enabled endpoint that wants an event. The workspace and the type are
  /// the last values.
  public static final String ADD =
      """
      INSERT INTO webhook_delivery (
        endpoint_id, id, workspace_id, type, data, created_at, state, due_at)
      SELECT endpoint_id, ?, workspace_id, type, ?, ?, 'owed', ?
      FROM webhook_subscription WHERE workspace_id = ? AND type = ?\
      """;

  private final Ids ids;
  private final AtomicReference<Runnable> news = new AtomicReference<>(() -> {});

  WebhookOutbox(Ids ids) {
    this.ids = ids;
  }

  /// Sets the action to run when deliveries may have been added.
  void onNews(Runnable action) {
    news.set(action);
  }

  /// Adds an event.
  ///
  /// @param id of the object to which it happened
  public void add(
      Db db,
      AfterCommit afterCommit,
      WorkspaceId workspace,
      WebhookType type,
      String id,
      Instant at)
      throws SQLException {
    add(db, afterCommit, workspace, type, id, Map.of(), at);
  }

  /// As above.
  ///
  /// @param more further fields of `data`, such as `vault_id`
  public void add(
      Db db,
      AfterCommit afterCommit,
      WorkspaceId workspace,
      WebhookType type,
      String id,
      Map<String, String> more,
      Instant at)
      throws SQLException {
    db.later(
        "webhook_delivery",
        ADD,
        ids.next(WebhookEventId.PREFIX),
        WebhookCodec.data(type, id, workspace, more).toString(),
        Micros.of(at),
        Micros.of(at),
        workspace.value(),
        type.toString());
    afterCommit.also(news.get());
  }

  /// Adds what follows from new events in the log of a session.
  void add(
      Db db, AfterCommit afterCommit, SessionRows.Row row, SessionId session, List<Stored> logged)
      throws SQLException {
    if (!row.watched()) {
      return;
    }
    for (var stored : logged) {
      for (var type : WebhookType.of(stored.event())) {
        add(db, afterCommit, row, session, type, stored.processedAt());
      }
    }
  }

  /// Adds an event of a session.
  void add(
      Db db,
      AfterCommit afterCommit,
      SessionRows.Row row,
      SessionId session,
      WebhookType type,
      Instant at)
      throws SQLException {
    if (row.watched()) {
      add(db, afterCommit, new WorkspaceId(row.workspace()), type, session.value(), at);
    }
  }
}
