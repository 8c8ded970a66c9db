package dev.drover.store.sql;

import static java.util.stream.Collectors.joining;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Inbox;
import dev.drover.session.Queued;
import dev.drover.session.Send;
import dev.drover.session.SessionId;
import dev.drover.store.Micros;
import dev.drover.store.Reception;
import dev.drover.store.SessionState;
import dev.drover.wire.EventCodec;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of what was received: the inbox, and the sends of the last minutes.
public final class InboxRows {
  private static final System.Logger LOG = System.getLogger(InboxRows.class.getName());

  private InboxRows() {}

  /// How much waits already.
  static Reception.Waiting waiting(Db db, SessionId id) throws SQLException {
    return db.first(
            "SELECT COUNT(*), SUM(octet_length(json)) FROM inbox WHERE session_id = ?",
            row -> new Reception.Waiting(row.getLong(1), row.getLong(2)),
            id.value())
        .orElseThrow();
  }

  static void insert(Db db, String workspace, SessionId id, List<Queued> events)
      throws SQLException {
    for (var queued : events) {
      db.later(
          "inbox received",
          "INSERT INTO inbox (session_id, sequence, workspace_id, id, json) VALUES (?, ?, ?, ?, ?)",
          id.value(),
          queued.sequence(),
          workspace,
          queued.event().id().value(),
          queued.json());
    }
  }

  /// @throws IllegalStateException if the event is not there
  static void consume(Db db, SessionId id, EventId event) throws SQLException {
    var sql = "DELETE FROM inbox WHERE session_id = ? AND id = ?";
    if (!db.one("inbox consumed", sql, id.value(), event.value())) {
      throw new IllegalStateException("event " + event + " is not in the inbox");
    }
  }

  /// Drops what waits, and what was sent: neither is to be answered any more.
  static void drop(Db db, SessionId id) throws SQLException {
    db.update("DELETE FROM inbox WHERE session_id = ?", id.value());
    db.update("DELETE FROM delivery WHERE session_id = ?", id.value());
  }

  /// A client's event as it lies there. Reading its JSON is left to the caller's own thread.
  public record Raw(long received, long head, long sequence, @Nullable String json) {}

  /// One row at least, without an event when none waits; none for an unknown session.
  public static List<Raw> read(Db db, SessionId id) throws SQLException {
    return db.list(
        """
        SELECT session.received, session.head, inbox.sequence, inbox.json
        FROM session LEFT JOIN inbox ON inbox.session_id = session.id
        WHERE session.id = ? ORDER BY inbox.sequence\
        """,
        row -> new Raw(row.getLong(1), row.getLong(2), row.getLong(3), row.getString(4)),
        id.value());
  }

  public static Inbox inbox(List<Raw> rows) {
    var queued = new ArrayList<Queued>();
    for (var row : rows) {
      if (row.json != null) {
        waiting(row.sequence, row.json).ifPresent(queued::add);
      }
    }
    return rows.isEmpty()
        ? new Inbox(0, 0, queued)
        : new Inbox(rows.getFirst().received, rows.getFirst().head, queued);
  }

  /// Empty: it cannot be read, and keeps nothing else from being taken up.
  private static Optional<Queued> waiting(long sequence, String json) {
    try {
      return Optional.of(new Queued(sequence, fromClient(json), json));
    } catch (IllegalStateException e) {
      LOG.log(Level.ERROR, "a waiting event cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  /// @throws IllegalStateException if it cannot be read, or no client sends such
  static Event.FromClient fromClient(String json) {
    return switch (EventCodec.read(json)) {
      case Event.FromClient event -> event;
      case Event.Unknown(var id, var type, var body) -> new Event.UnknownFromClient(id, type, body);
      case Event event ->
          throw new IllegalStateException(
              "the inbox has an event that no client sends: " + EventCodec.type(event));
    };
  }

  /// Those of one session: of the others another transaction may be at work.
  static void forgetDeliveries(Db db, SessionId id, Instant now) throws SQLException {
    db.later(
        "delivery forgotten",
        "DELETE FROM delivery WHERE session_id = ? AND received_at < ?",
        id.value(),
        Micros.of(now.minus(SessionState.DELIVERIES_REMEMBERED)));
  }

  /// Those of all sessions, but for what another transaction keeps.
  static void forgetDeliveries(Db db, Instant now) throws SQLException {
    db.update(
        """
        DELETE FROM delivery WHERE (session_id, fingerprint) IN (
          SELECT session_id, fingerprint FROM delivery WHERE received_at < ? LIMIT 1000\
        """
            + db.dialect().skippingKept()
            + ")",
        Micros.of(now.minus(SessionState.DELIVERIES_REMEMBERED)));
  }

  /// @param head where the log ended before the send
  static void remember(
      Db db,
      String workspace,
      SessionId id,
      String fingerprint,
      Instant now,
      long head,
      List<Queued> events)
      throws SQLException {
    db.later(
        "delivery",
        """
        INSERT INTO delivery (
          session_id, fingerprint, workspace_id, received_at, first_sequence, event_ids, head,
          sent_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, %s)
        ON CONFLICT (session_id, fingerprint) DO UPDATE SET
          received_at = excluded.received_at, first_sequence = excluded.first_sequence,
          event_ids = excluded.event_ids, head = excluded.head, sent_at = excluded.sent_at\
        """
            .formatted(db.dialect().now()),
        id.value(),
        fingerprint,
        workspace,
        Micros.of(now),
        events.isEmpty() ? 0L : events.getFirst().sequence(),
        events.stream().map(queued -> queued.event().id().value()).collect(joining(" ")),
        head);
  }

  /// The sends of the last moments, oldest first.
  static List<Send> sends(Db db, SessionId id, Duration within) throws SQLException {
    record Row(long head, Delivered delivered) {}
    var rows =
        db.list(
            """
            SELECT head, first_sequence, event_ids FROM delivery
            WHERE session_id = ? AND sent_at > %s - ? ORDER BY first_sequence\
            """
                .formatted(db.dialect().now()),
            row -> new Row(row.getLong(1), new Delivered(row.getLong(2), row.getString(3))),
            id.value(),
            within.toNanos() / 1_000);
    var sends = new ArrayList<Send>();
    for (var row : rows) {
      sends.add(new Send(row.head, row.delivered.events(db, id)));
    }
    return sends;
  }

  /// The events of a send, as they were queued, wherever they are by now.
  static Optional<List<Queued>> delivered(Db db, SessionId id, String fingerprint)
      throws SQLException {
    var delivery =
        db.first(
            """
            SELECT first_sequence, event_ids FROM delivery
            WHERE session_id = ? AND fingerprint = ?\
            """,
            row -> new Delivered(row.getLong(1), row.getString(2)),
            id.value(),
            fingerprint);
    return delivery.isEmpty() ? Optional.empty() : Optional.of(delivery.get().events(db, id));
  }

  /// A send that was received.
  private record Delivered(long firstSequence, List<String> ids) {
    Delivered(long firstSequence, String ids) {
      this(firstSequence, List.of(ids.split(" ")));
    }

    /// Its events, as they were queued, wherever they are by now.
    List<Queued> events(Db db, SessionId id) throws SQLException {
      var events = new ArrayList<Event.FromClient>();
      var texts = new ArrayList<String>();
      for (var event : ids) {
        var json =
            db.first(
                    """
                    SELECT json FROM inbox WHERE session_id = ? AND id = ?
                    UNION ALL
                    SELECT json FROM event WHERE session_id = ? AND id = ?\
                    """,
                    row -> row.getString(1),
                    id.value(),
                    event,
                    id.value(),
                    event)
                .orElseThrow(() -> new IllegalStateException("event " + event + " is gone"));
        events.add(fromClient(json));
        texts.add(json);
      }
      var queued = new ArrayList<Queued>();
      for (int i = 0; i < events.size(); i++) {
        var json =
            Reception.processedOnReceipt(events, i)
                ? texts.get(i)
                : EventCodec.stamped(texts.get(i), null);
        queued.add(new Queued(firstSequence + i, events.get(i), json));
      }
      return queued;
    }
  }
}
