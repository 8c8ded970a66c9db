package dev.drover.store.sql;

import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.ThreadKey;
import dev.drover.store.StoreUnusable;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The logs of a store that is only read: what clients see of the sessions. One thread.
public final class SqlLogs implements AutoCloseable {
  /// The maximum number of events that are in memory at once.
  private static final int PAGE = 500;

  private final Db db;

  /// @param db a read-only connection; closed by [#close]
  /// @throws StoreUnusable if this Drover cannot read the schema
  public SqlLogs(Db db) throws SQLException, StoreUnusable {
    this.db = db;
    Migrations.requireCurrent(Migrations.version(db));
  }

  /// The ids of the sessions that begin with a text, in their order.
  ///
  /// @param most the maximum number
  /// @throws StoreUnusable if the store can no longer be read
  public List<String> sessions(String beginning, int most) throws StoreUnusable {
    try {
      return db
          .list(
              "SELECT id FROM session WHERE id >= ? ORDER BY id LIMIT ?",
              row -> row.getString(1),
              beginning,
              most)
          .stream()
          .filter(id -> id.startsWith(beginning))
          .toList();
    } catch (SQLException e) {
      throw unusable(e);
    }
  }

  private static StoreUnusable unusable(SQLException e) {
    return new StoreUnusable("the store cannot be read: " + e.getMessage(), e);
  }

  /// Passes on the JSON of a session's events: those in the log that clients see, then those that
  /// wait to be processed.
  ///
  /// @param reader returns false when it needs no more
  /// @throws StoreUnusable if the store can no longer be read
  public void events(SessionId session, Predicate<String> reader) throws StoreUnusable {
    try {
      read(session, reader);
    } catch (SQLException e) {
      throw unusable(e);
    }
  }

  private void read(SessionId session, Predicate<String> reader) throws SQLException {
    // The inbox first: an event that moves into the log meanwhile is then not missed.
    var waiting = InboxRows.inbox(InboxRows.read(db, session)).queued();
    for (long after = 0; ; ) {
      var rows = EventRows.slice(db, session, slice(after));
      for (var row : rows) {
        var stored = row.read();
        if (stored.event().isVisible() && !reader.test(stored.json())) {
          return;
        }
      }
      if (rows.isEmpty()) {
        break;
      }
      after = rows.getLast().position();
    }
    for (var queued : waiting) {
      if (queued.thread().equals(ThreadKey.PRIMARY) && !reader.test(queued.json())) {
        return;
      }
    }
  }

  private static Slice slice(long after) {
    return new Slice(after, PAGE, true, Set.of(), true, Optional.empty(), Optional.empty())
        .of(ThreadKey.PRIMARY);
  }

  @Override
  public void close() {
    try {
      db.close();
    } catch (SQLException _) {
      // nothing was written, so nothing is lost
    }
  }
}
