package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Extent;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.store.LogCheck;
import dev.drover.wire.EventCodec;
import dev.drover.wire.Times;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The check of one session of a store: its row, its log and its inbox. For use within one
/// transaction.
final class SessionLook {
  /// The number of positions read at once.
  private static final int FETCHED = 500;

  private static final String LOG =
      """
      SELECT position, processed_at, json, hidden, thread, epoch, id, type, visible
      FROM event WHERE session_key = ? AND position > ? ORDER BY position LIMIT ?\
      """;

  private static final String INBOX =
      """
      SELECT inbox.sequence, inbox.id, inbox.json, inbox.position, inbox.thread, event.id
      FROM inbox LEFT JOIN event
        ON event.session_key = inbox.session_key AND event.position = inbox.position
      WHERE inbox.session_key = ? ORDER BY inbox.sequence\
      """;

  private final Db db;
  private final SessionId id;
  private final SqlCheck.Hearer hearer;
  private final Set<Integer> threads = new HashSet<>(Set.of(0));
  private long events;
  private long at;

  SessionLook(Db db, SessionId id, SqlCheck.Hearer hearer) {
    this.db = db;
    this.id = id;
    this.hearer = hearer;
  }

  /// @return false if the session was deleted
  boolean run() throws SQLException {
    Optional<SessionRows.Row> row;
    try {
      row = SessionRows.look(db, id);
    } catch (RuntimeException e) {
      hearer.finding(id.value(), 0, "the row cannot be read: " + e.getMessage());
      return true;
    }
    if (row.isEmpty()) {
      return false;
    }
    var check = new LogCheck(id, row.get().state());
    long key = row.get().key();
    threads.addAll(
        db.list("SELECT number FROM thread WHERE session_key = ?", one -> one.getInt(1), key));
    for (var next = next(Long.MIN_VALUE); next.slice().limit() > 0; next = next(at)) {
      long after = next.slice().after();
      db.walk(LOG, FETCHED, event -> event(check, event), key, after, next.slice().limit());
    }
    db.walk(INBOX, 1, event -> received(check, event), key);
    check.endInbox(origin(check, row.get()));
    for (var finding : check.end()) {
      hearer.finding(id.value(), finding.position(), finding.sentence());
    }
    holder(row.get().state().node());
    return true;
  }

  /// The extent of the next read, small enough to fit into memory beside a running server.
  private Extent next(long after) throws SQLException {
    return EventRows.measure(db, id, Slice.after(after, FETCHED));
  }

  /// The number of events in the log.
  long events() {
    return events;
  }

  private void event(LogCheck check, ResultSet row) throws SQLException {
    events++;
    at = row.getLong("position");
    var raw = EventRows.Raw.of(row);
    var stored = raw.read();
    if (stored.event() instanceof Event.Damaged damaged) {
      check.addUnreadable(raw.position(), "cannot be read: " + damaged.why());
      return;
    }
    check.add(stored, row.getLong("epoch"));
    var event = stored.event();
    same(check, stored, "id", row.getString("id"), event.id().value());
    same(check, stored, "type", row.getString("type"), EventCodec.type(event));
    same(check, stored, "visible", row.getInt("visible"), event.isVisible() ? 1 : 0);
    if (!threads.contains(raw.thread())) {
      check.found(at, "is of thread %d, which the session does not have".formatted(raw.thread()));
    }
    var shown = ((Json.Obj) Json.trusted(stored.json())).text("processed_at");
    if (event.isVisible()) {
      same(
          check,
          stored,
          "processed_at",
          String.valueOf(Times.write(stored.processedAt())),
          String.valueOf(shown));
    }
  }

  private static void same(
      LogCheck check,
      Stored stored,
      String column,
      @Nullable Object here,
      @Nullable Object expected) {
    if (!Objects.equals(here, expected)) {
      check.found(
          stored.position(),
          "has the %s %s in its column; it should be %s".formatted(column, here, expected));
    }
  }

  private void received(LogCheck check, ResultSet row) throws SQLException {
    var event = row.getString(2);
    var json = row.getString(3);
    if (json != null) {
      waiting(check, row.getLong(1), event, json);
    } else if (!event.equals(row.getString(6))) {
      check.found(
          0,
          "the inbox has %s as processed at position %d, where the log has %s"
              .formatted(event, row.getLong(4), row.getString(6)));
    }
    int thread = row.getInt(5);
    if (!threads.contains(thread)) {
      check.found(
          0,
          "the inbox has an event of thread %d, which the session does not have".formatted(thread));
    }
  }

  private static void waiting(LogCheck check, long sequence, String event, String json) {
    try {
      var read = InboxRows.fromClient(json);
      if (read instanceof Event.UnknownFromClient) {
        check.addUnknown(sequence, new EventId(event));
      } else {
        check.addWaiting(sequence, new EventId(event));
      }
      if (!read.id().value().equals(event)) {
        check.found(0, "the inbox has %s under the id %s".formatted(read.id(), event));
      }
    } catch (IllegalStateException e) {
      check.addWaiting(sequence, new EventId(event));
      check.found(0, "the inbox has %s, which cannot be read: %s".formatted(event, e.getMessage()));
    }
  }

  /// @return whether the session has a budget
  private boolean origin(LogCheck check, SessionRows.Row session) throws SQLException {
    record Made(String workspace, boolean budget, long resources) {}
    var origin =
        db.first(
            "SELECT workspace_id, budget, resources FROM session_origin WHERE session_key = ?",
            row ->
                new Made(
                    row.getString(1),
                    Db.nullableLong(row, "budget") != null,
                    row.getLong("resources")),
            session.key());
    if (origin.isEmpty()) {
      check.found(0, "the row does not say what the session was made from");
    } else if (!origin.get().workspace.equals(session.workspace())) {
      check.found(
          0, "the row is of workspace %s, its origin of another".formatted(session.workspace()));
    }
    long resources =
        db.number("SELECT COUNT(*) FROM session_resource WHERE session_key = ?", session.key());
    if (origin.isPresent() && origin.get().resources != resources) {
      check.found(
          0,
          "the row counts %d resources; there are %d".formatted(origin.get().resources, resources));
    }
    return origin.isPresent() && origin.get().budget;
  }

  private void holder(@Nullable String node) throws SQLException {
    if (node != null && db.number("SELECT COUNT(*) FROM node WHERE id = ?", node) == 0) {
      hearer.note(
          id.value(), "is held by %s, which is gone: the next look frees it".formatted(node));
    }
  }
}
