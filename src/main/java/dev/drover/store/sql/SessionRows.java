package dev.drover.store.sql;

import dev.drover.session.Progress;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.Usage;
import dev.drover.session.WebRequests;
import dev.drover.store.Awaited;
import dev.drover.store.Micros;
import dev.drover.store.SessionState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of sessions: the parts that change.
final class SessionRows {
  /// The columns that [#progress] reads.
  static final String PROGRESS =
      """
      session.status, session.input_tokens, session.output_tokens, session.cache_read_tokens,
      session.cache_creation_tokens, session.active_micros, session.running_since, session.started,
      session.last_request, session.boundary, session.updated_at, session.archived_at,
      session.web_searches, session.web_fetches\
      """;

  /// The key of a session by its id; null if there is no such session.
  static final String KEY = "(SELECT key FROM session WHERE id = ?)";

  private SessionRows() {}

  /// The row of a session.
  ///
  /// @param key the key of the session in all other tables
  /// @param watched whether a webhook endpoint wants events of the workspace
  record Row(long key, String workspace, SessionState state, boolean watched) {
    Row with(SessionState next) {
      return new Row(key, workspace, next, watched);
    }
  }

  private static final String SELECT =
      """
      SELECT key, id, workspace_id, head, received, seen, awaited, last_processed, epoch, node, status,
        input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, active_micros,
        web_searches, web_fetches,
        running_since, started, last_request, boundary, updated_at, archived_at,
        CASE WHEN\
      """
          + " "
          + WebhookOutbox.WATCHED
          + " THEN 1 ELSE 0 END AS watched FROM session WHERE id ";

  /// Reads a row and locks it for this transaction, so that no other transaction writes it before
  /// [#keep].
  static Optional<Row> take(Db db, SessionId id) throws SQLException {
    var gathering = db.gathering();
    var taken = gathering == null ? null : gathering.session(id.value());
    return taken != null
        ? Optional.of(taken)
        : db.first(SELECT + "= ?" + db.dialect().keepingRows(), SessionRows::row, id.value());
  }

  /// Reads and locks the rows of all given ids that are sessions, so that [#take] finds them in the
  /// transaction's gathering.
  static void takeAll(Db db, Collection<String> ids) throws SQLException {
    var gathering = db.gathering();
    var sessions = ids.stream().filter(id -> id.startsWith(SessionId.PREFIX)).distinct().toList();
    if (gathering == null || sessions.size() < 2) {
      return;
    }
    // To limit the number of different statements, the last id fills the remaining places.
    var values = new Object[Integer.highestOneBit(sessions.size() - 1) * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = sessions.get(Math.min(i, sessions.size() - 1));
    }
    var sql = SELECT + "IN (" + EventRows.marks(values.length) + ") ORDER BY id";
    db.walk(
        sql + db.dialect().keepingRows(),
        values.length,
        row -> keepReadable(gathering, row),
        values);
  }

  /// Adds a row to the gathering. A row that cannot be read is left out, so that only the unit of
  /// that session fails.
  private static void keepReadable(Gathering gathering, ResultSet row) throws SQLException {
    var id = row.getString("id");
    try {
      gathering.keep(id, row(row));
    } catch (RuntimeException _) {
      // it is read again by its own unit
    }
  }

  /// Reads a row without a lock.
  static Optional<Row> look(Db db, SessionId id) throws SQLException {
    return db.first(SELECT + "= ?", SessionRows::row, id.value());
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong("key"),
        row.getString("workspace_id"),
        new SessionState(
            progress(row),
            row.getLong("head"),
            row.getLong("received"),
            row.getLong("seen"),
            Awaited.parse(row.getString("awaited")),
            Micros.instant(row.getLong("last_processed")),
            row.getLong("epoch"),
            row.getString("node")),
        row.getInt("watched") == 1);
  }

  static Progress progress(ResultSet row) throws SQLException {
    return new Progress(
        status(row.getString("status")),
        new Usage(
            row.getLong("input_tokens"),
            row.getLong("output_tokens"),
            row.getLong("cache_read_tokens"),
            row.getLong("cache_creation_tokens"),
            row.getLong("active_micros"),
            new WebRequests(row.getLong("web_searches"), row.getLong("web_fetches"))),
        instant(row, "running_since"),
        row.getInt("started") == 1,
        row.getLong("last_request"),
        row.getLong("boundary"),
        Micros.instant(row.getLong("updated_at")),
        instant(row, "archived_at"));
  }

  /// Stores the new state of a row that was read with [#take].
  static void keep(Db db, SessionId id, Row row) throws SQLException {
    var state = row.state;
    var progress = state.progress();
    var gathering = db.gathering();
    if (gathering != null && gathering.session(id.value()) != null) {
      gathering.keep(id.value(), row);
    }
    db.later(
        "session",
        """
        UPDATE session SET
          status = COALESCE(?, status), input_tokens = ?, output_tokens = ?, cache_read_tokens = ?,
          cache_creation_tokens = ?, active_micros = ?, web_searches = ?, web_fetches = ?,
          running_since = ?, started = ?,
          last_request = ?, boundary = ?, updated_at = ?, archived_at = ?,
          head = ?, received = ?, seen = ?, awaited = ?, last_processed = ?, epoch = ?, node = ?
        WHERE key = ?\
        """,
        progress.status() == Status.OTHER ? null : text(progress.status()),
        progress.usage().inputTokens(),
        progress.usage().outputTokens(),
        progress.usage().cacheReadTokens(),
        progress.usage().cacheCreationTokens(),
        progress.usage().activeMicros(),
        progress.usage().web().searches(),
        progress.usage().web().fetches(),
        micros(progress.runningSince()),
        progress.started() ? 1 : 0,
        progress.lastRequest(),
        progress.boundary(),
        Micros.of(progress.updatedAt()),
        micros(progress.archivedAt()),
        state.head(),
        state.received(),
        state.seen(),
        state.awaited().text(),
        Micros.of(state.lastProcessed()),
        state.epoch(),
        state.node(),
        row.key);
  }

  static Row insert(Db db, Session session) throws SQLException {
    long key =
        db.number(
            """
            INSERT INTO session (
              id, workspace_id, status, input_tokens, output_tokens, cache_read_tokens,
              cache_creation_tokens, active_micros, started, boundary, created_at, updated_at,
              head, received, last_processed, epoch)
            VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, 0, ?, 0, 0, 0, 0, 0)
            RETURNING key\
            """,
            session.id().value(),
            session.workspace().value(),
            text(session.status()),
            Micros.of(session.origin().createdAt()));
    return new Row(key, session.workspace().value(), SessionState.of(session), true);
  }

  static Status status(String text) {
    for (var status : Status.values()) {
      if (text(status).equals(text)) {
        return status;
      }
    }
    return Status.OTHER;
  }

  static String text(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    var micros = Db.nullableLong(row, column);
    return micros == null ? null : Micros.instant(micros);
  }

  static @Nullable Long micros(@Nullable Instant time) {
    return time == null ? null : Micros.of(time);
  }
}
