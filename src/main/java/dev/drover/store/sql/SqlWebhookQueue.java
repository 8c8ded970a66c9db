package dev.drover.store.sql;

import dev.drover.store.Micros;
import dev.drover.store.OwnNode;
import dev.drover.webhooks.SealedKeys;
import dev.drover.webhooks.WebhookEndpoint;
import dev.drover.webhooks.WebhookEndpointId;
import dev.drover.webhooks.WebhookHealth;
import dev.drover.webhooks.WebhookQueue;
import dev.drover.webhooks.WebhookResult;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The queue in the table `webhook_delivery`. A claim locks the endpoint, so the deliveries of an
/// endpoint are claimed by one node at a time.
final class SqlWebhookQueue implements WebhookQueue {
  private static final String KEY = "webhook";

  /// The number of rows that one statement removes.
  private static final int REMOVED = 1_000;

  /// The number of characters of an error that are stored.
  private static final int ERROR_LIMIT = 500;

  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final WebhookOutbox outbox;
  private final InstantSource clock;

  SqlWebhookQueue(
      Writer writer, Readers readers, OwnNode self, WebhookOutbox outbox, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.outbox = outbox;
    this.clock = clock;
  }

  /// An endpoint as the queue sees it.
  private record Taken(WebhookEndpoint endpoint, SealedKeys keys, WebhookHealth health) {
    static Taken of(ResultSet row) throws SQLException {
      return new Taken(
          WebhookRows.endpoint(row),
          WebhookRows.keys(row),
          new WebhookHealth(
              row.getInt("failures"),
              SessionRows.instant(row, "failing_since"),
              Micros.instant(row.getLong("paused_until")),
              null));
    }
  }

  private static Optional<Taken> take(Db db, WebhookEndpointId id) throws SQLException {
    return db.first(
        "SELECT * FROM webhook_endpoint WHERE id = ?" + db.dialect().keepingRows(),
        Taken::of,
        id.value());
  }

  @Override
  public List<WebhookEndpointId> due(int limit) {
    if (self.isLeaving()) {
      return List.of();
    }
    long now = Micros.of(clock.instant());
    return readers.call(
        db ->
            db.list(
                WebhookRows.DUE, row -> new WebhookEndpointId(row.getString(1)), now, now, limit));
  }

  @Override
  public Optional<Round> claim(WebhookEndpointId id, int limit, Duration valid) {
    return writer.call(
        id.value(),
        (db, _) -> {
          var now = clock.instant();
          var taken = take(db, id);
          if (taken.isEmpty()
              || !taken.get().endpoint.enabled()
              || taken.get().health.pausedUntil().isAfter(now)) {
            return Optional.empty();
          }
          boolean failing = taken.get().health.failures() > 0;
          var owed =
              db.list(
                  WebhookRows.DUE_TO,
                  row -> new Owed(WebhookRows.event(row), row.getInt("attempts") + 1),
                  id.value(),
                  Micros.of(now),
                  failing ? 1 : limit);
          if (owed.isEmpty()) {
            return Optional.empty();
          }
          claim(db, id, owed, now.plus(valid));
          if (failing) {
            pause(db, id, now.plus(valid));
          }
          var endpoint = taken.get().endpoint;
          return Optional.of(
              new Round(endpoint.workspace(), endpoint.fields().url(), taken.get().keys, owed));
        });
  }

  private void claim(Db db, WebhookEndpointId id, List<Owed> owed, Instant until)
      throws SQLException {
    for (var one : owed) {
      db.update(
          """
          UPDATE webhook_delivery SET attempts = ?, due_at = ?, node = ?
          WHERE endpoint_id = ? AND id = ?\
          """,
          one.attempts(),
          Micros.of(until),
          self.name(),
          id.value(),
          one.event().id().value());
    }
  }

  private static void pause(Db db, WebhookEndpointId id, Instant until) throws SQLException {
    db.update(
        "UPDATE webhook_endpoint SET paused_until = ? WHERE id = ?", Micros.of(until), id.value());
  }

  @Override
  public void record(
      WebhookEndpointId id, List<WebhookResult> results, UnaryOperator<WebhookHealth> change) {
    writer.call(
        id.value(),
        (db, _) -> {
          var taken = take(db, id);
          if (taken.isEmpty()) {
            return false;
          }
          for (var result : results) {
            record(db, id, result);
          }
          var before = taken.get().health;
          var after = change.apply(before);
          db.update(
              """
              UPDATE webhook_endpoint SET failures = ?, failing_since = ?, paused_until = ?
              WHERE id = ?\
              """,
              after.failures(),
              SessionRows.micros(after.failingSince()),
              Micros.of(after.pausedUntil()),
              id.value());
          if (after.disable() != null && taken.get().endpoint.enabled()) {
            var disabled = taken.get().endpoint.disabled(after.disable(), clock.instant());
            WebhookRows.keep(db, disabled, false);
          }
          if (after.isBackAfter(before)) {
            hasten(db, id);
          }
          return true;
        });
  }

  private void record(Db db, WebhookEndpointId id, WebhookResult result) throws SQLException {
    db.update(
        """
        UPDATE webhook_delivery SET
          state = ?, due_at = ?, node = NULL, status = ?, last_error = ?, attempted_at = ?
        WHERE endpoint_id = ? AND id = ? AND attempts = ? AND state = 'owed'\
        """,
        WebhookRows.text(result.state()),
        Micros.of(result.dueAt()),
        result.status().isPresent() ? result.status().getAsInt() : null,
        result
            .error()
            .map(text -> text.substring(0, Math.min(text.length(), ERROR_LIMIT)))
            .orElse(null),
        Micros.of(result.at()),
        id.value(),
        result.event().value(),
        result.attempts());
  }

  /// Makes everything due that waits for another attempt.
  private void hasten(Db db, WebhookEndpointId id) throws SQLException {
    db.update(
        """
        UPDATE webhook_delivery SET due_at = ?
        WHERE endpoint_id = ? AND state = 'owed' AND node IS NULL\
        """,
        Micros.of(clock.instant()),
        id.value());
  }

  @Override
  public void trim(Instant before) {
    writer.call(
        KEY,
        (db, _) ->
            db.update(
                """
                UPDATE webhook_endpoint SET previous_key = NULL, previous_until = NULL
                WHERE previous_until < ?\
                """,
                Micros.of(clock.instant())));
    int gone;
    do {
      gone =
          writer.call(
              KEY,
              (db, _) ->
                  db.update(
                      "DELETE FROM webhook_delivery WHERE (endpoint_id, id) IN ("
                          + WebhookRows.OLD
                          + ")",
                      Micros.of(before),
                      REMOVED));
    } while (gone == REMOVED);
  }

  @Override
  public void onNews(Runnable action) {
    outbox.onNews(action);
  }

  @Override
  public Tally tally() {
    return readers.call(
        db -> {
          record Backlog(long count, Optional<Instant> since) {}
          var owed =
              db.first(
                      """
                      SELECT COUNT(*), MIN(created_at) AS since FROM webhook_delivery
                      WHERE state = 'owed' AND endpoint_id IN (
                        SELECT id FROM webhook_endpoint WHERE enabled = 1)\
                      """,
                      row ->
                          new Backlog(
                              row.getLong(1),
                              Optional.ofNullable(SessionRows.instant(row, "since"))))
                  .orElseThrow();
          long disabled =
              db.number("SELECT COUNT(*) FROM webhook_endpoint WHERE disabled_reason <> ''");
          return new Tally(owed.count, owed.since, disabled);
        });
  }
}
