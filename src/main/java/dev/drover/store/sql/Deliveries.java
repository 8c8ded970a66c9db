package dev.drover.store.sql;

import dev.drover.session.Event;
import dev.drover.session.Queued;
import dev.drover.session.Send;
import dev.drover.session.SessionId;
import dev.drover.session.ThreadKey;
import dev.drover.store.Micros;
import dev.drover.store.Reception;
import dev.drover.store.SessionState;
import dev.drover.wire.EventCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The recent sends. The rows of the inbox record them, even for events that are in the log by now.
final class Deliveries {
  private static final String SELECT =
      """
      SELECT
        inbox.send, inbox.sequence, inbox.head, inbox.thread, COALESCE(inbox.json, event.json)
      FROM inbox LEFT JOIN event
        ON event.session_key = inbox.session_key AND event.position = inbox.position
      WHERE inbox.session_key =\
      """;

  private static final String ORDER = " ORDER BY inbox.sequence";

  private Deliveries() {}

  /// An event of a send, from the inbox or the log.
  private record Row(long send, long sequence, long head, int thread, String json) {
    static Row of(ResultSet row) throws SQLException {
      return new Row(
          row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4), row.getString(5));
    }
  }

  /// The events of the last send with a fingerprint, as they were queued; empty if there is none or
  /// it is too old.
  static Optional<List<Queued>> of(Db db, long key, String fingerprint, Instant now)
      throws SQLException {
    var sends =
        sends(
            db,
            " ? AND inbox.fingerprint = ? AND inbox.received_at >= ?",
            key,
            fingerprint,
            Micros.of(now.minus(SessionState.DELIVERIES_REMEMBERED)));
    return sends.isEmpty() ? Optional.empty() : Optional.of(sends.getLast().events());
  }

  /// The most recent sends, oldest first.
  static List<Send> since(Db db, SessionId id, Duration within) throws SQLException {
    return sends(
        db,
        SessionRows.KEY + " AND inbox.sent_at > " + db.dialect().now() + " - ?",
        id.value(),
        within.toNanos() / 1_000);
  }

  private static List<Send> sends(Db db, String which, @Nullable Object... values)
      throws SQLException {
    var rows = new LinkedHashMap<Long, List<Row>>();
    for (var row : db.list(SELECT + which + ORDER, Row::of, values)) {
      rows.computeIfAbsent(row.send, _ -> new ArrayList<>()).add(row);
    }
    return rows.values().stream().map(Deliveries::send).toList();
  }

  private static Send send(List<Row> rows) {
    var events = new ArrayList<Event.FromClient>();
    for (var row : rows) {
      events.add(InboxRows.fromClient(row.json));
    }
    var queued = new ArrayList<Queued>();
    for (int i = 0; i < rows.size(); i++) {
      var row = rows.get(i);
      var json =
          Reception.processedOnReceipt(events, i) ? row.json : EventCodec.stamped(row.json, null);
      queued.add(new Queued(row.sequence, ThreadKey.of(row.thread), events.get(i), json));
    }
    return new Send(rows.getFirst().head, queued);
  }
}
