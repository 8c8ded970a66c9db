package dev.drover.store.sql;

import dev.drover.session.Event;
import dev.drover.session.Inbox;
import dev.drover.session.Queued;
import dev.drover.session.SessionId;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.store.Micros;
import dev.drover.store.Reception;
import dev.drover.store.SessionState;
import dev.drover.wire.EventCodec;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of received events. A row without JSON belongs to an event that is in the log. It is
/// kept for a while because it records how the event was sent, see [Deliveries].
public final class InboxRows {
  private static final System.Logger LOG = System.getLogger(InboxRows.class.getName());

  /// The number of events after which it is forgotten how an earlier event was sent, however
  /// recently, so that the cost of a send does not grow with the number of earlier sends.
  static final long REMEMBERED = 1_000;

  /// The beginning of the JSON of an interrupt, as [EventCodec#write] writes it. Interrupts are
  /// short.
  private static final String INTERRUPT = "{\"type\":\"user.interrupt\",%";

  private static final int SHORT = 1_000;

  private InboxRows() {}

  /// The amount of waiting events. Also removes the rows that are too old.
  ///
  /// @param received the sequence of the last event that was received
  static Reception.Waiting tidied(Db db, long key, long received, Instant now) throws SQLException {
    record Found(Reception.Waiting waiting, boolean old) {}
    var forgotten = "json IS NULL AND (received_at < ? OR sequence <= ?)";
    long time = Micros.of(now.minus(SessionState.DELIVERIES_REMEMBERED));
    var found =
        db.first(
                """
                SELECT COUNT(json), SUM(octet_length(json)),
                  COUNT(CASE WHEN octet_length(json) < ? THEN CASE WHEN json LIKE ? THEN 1 END END),
                  COUNT(CASE WHEN %s THEN 1 END)
                FROM inbox WHERE session_key = ?\
                """
                    .formatted(forgotten),
                row ->
                    new Found(
                        new Reception.Waiting(row.getLong(1), row.getLong(2), row.getLong(3) > 0),
                        row.getLong(4) > 0),
                SHORT,
                INTERRUPT,
                time,
                received - REMEMBERED,
                key)
            .orElseThrow();
    if (found.old) {
      db.later(
          "inbox forgotten",
          "DELETE FROM inbox WHERE session_key = ? AND " + forgotten,
          key,
          time,
          received - REMEMBERED);
    }
    return found.waiting;
  }

  /// Stores one send.
  ///
  /// @param head the end of the log before it
  static void insert(
      Db db, long key, String fingerprint, Instant now, long head, Reception received)
      throws SQLException {
    var logged = new HashMap<String, Long>();
    received.logged().forEach(stored -> logged.put(stored.event().id().value(), stored.position()));
    for (var queued : received.events()) {
      var id = queued.event().id().value();
      db.later(
          "inbox received",
          """
          INSERT INTO inbox (
            session_key, sequence, send, received_at, sent_at, head, position, thread, id,
            fingerprint, json)
          VALUES (?, ?, ?, ?, %s, ?, ?, ?, ?, ?, ?)\
          """
              .formatted(db.dialect().now()),
          key,
          queued.sequence(),
          received.events().getFirst().sequence(),
          Micros.of(now),
          head,
          logged.get(id),
          queued.thread().number(),
          id,
          fingerprint,
          logged.containsKey(id) ? null : queued.json());
    }
  }

  /// Records that waiting events are in the log now.
  ///
  /// @param events the new events of the log, including those that are not from clients
  /// @throws IllegalStateException if a client's event was not waiting
  static void processed(Db db, long key, List<Stored> events) throws SQLException {
    var taken =
        events.stream().filter(stored -> stored.event() instanceof Event.FromClient).toList();
    if (taken.size() == 1) {
      processed(db, taken.getFirst(), "id = ?", key, taken.getFirst().event().id().value());
    } else if (!taken.isEmpty()) {
      var places = places(db, key);
      for (var stored : taken) {
        var sequence = places.getOrDefault(stored.event().id().value(), 0L);
        processed(db, stored, "sequence = ?", key, sequence);
      }
    }
  }

  private static void processed(Db db, Stored stored, String which, long key, Object value)
      throws SQLException {
    var sql =
        "UPDATE inbox SET position = ?, json = NULL"
            + " WHERE session_key = ? AND json IS NOT NULL AND "
            + which;
    if (!db.one("inbox processed", sql, stored.position(), key, value)) {
      throw new IllegalStateException("event " + stored.event().id() + " is not in the inbox");
    }
  }

  /// The sequences of the waiting events, by id.
  private static Map<String, Long> places(Db db, long key) throws SQLException {
    var places = new HashMap<String, Long>();
    db.list(
            "SELECT id, sequence FROM inbox WHERE session_key = ? AND json IS NOT NULL",
            row -> Map.entry(row.getString(1), row.getLong(2)),
            key)
        .forEach(place -> places.put(place.getKey(), place.getValue()));
    return places;
  }

  /// Removes the waiting events and the records of sends, because neither will be answered.
  static void drop(Db db, long key) throws SQLException {
    db.update("DELETE FROM inbox WHERE session_key = ?", key);
  }

  /// The row of a client's event. Its JSON is parsed later, on the caller's thread.
  public record Raw(long received, long head, long sequence, int thread, @Nullable String json) {}

  /// The rows of the waiting events. If no event waits, one row without an event; no row for an
  /// unknown session.
  public static List<Raw> read(Db db, SessionId id) throws SQLException {
    return db.list(
        """
        SELECT session.received, session.head, inbox.sequence, inbox.thread, inbox.json
        FROM session LEFT JOIN inbox
          ON inbox.session_key = session.key AND inbox.json IS NOT NULL
        WHERE session.id = ? ORDER BY inbox.sequence\
        """,
        row ->
            new Raw(
                row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4), row.getString(5)),
        id.value());
  }

  public static Inbox inbox(List<Raw> rows) {
    var queued = new ArrayList<Queued>();
    for (var row : rows) {
      if (row.json != null) {
        waiting(row.sequence, ThreadKey.of(row.thread), row.json).ifPresent(queued::add);
      }
    }
    return rows.isEmpty()
        ? new Inbox(0, 0, queued)
        : new Inbox(rows.getFirst().received, rows.getFirst().head, queued);
  }

  /// The waiting event; empty if it cannot be read, so that the others can still be processed.
  private static Optional<Queued> waiting(long sequence, ThreadKey thread, String json) {
    try {
      return Optional.of(new Queued(sequence, thread, fromClient(json), json));
    } catch (IllegalStateException e) {
      LOG.log(Level.ERROR, "an event in the inbox cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  /// @throws IllegalStateException if it cannot be read, or is of a type that clients do not send
  static Event.FromClient fromClient(String json) {
    return switch (EventCodec.read(json)) {
      case Event.FromClient event -> event;
      case Event.Unknown(var id, var type, var body) -> new Event.UnknownFromClient(id, type, body);
      case Event event ->
          throw new IllegalStateException(
              "the inbox has an event that no client sends: " + EventCodec.type(event));
    };
  }
}
