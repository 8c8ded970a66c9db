package dev.drover.store.sql;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.store.Micros;
import dev.drover.store.SessionState;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The queries for waiting and running sessions. Their cost grows with the sessions at work, not
/// with all sessions.
final class Queues {
  /// The sessions that have unfinished work.
  private static final String AT_WORK =
      """
      FROM session
      WHERE awake = 1 AND (status IN ('running', 'rescheduling') OR received > seen)
        AND status <> 'terminated'\
      """;

  private Queues() {}

  static Optional<Nodes.Holding> holding(Db db, SessionId id) throws SQLException {
    return SessionRows.look(db, id)
        .map(SessionRows.Row::state)
        .map(state -> new Nodes.Holding(state.node(), state.epoch(), state.owesWork()));
  }

  /// The sessions that wait for a node. The receipt time of a message is known only as long as its
  /// send is remembered; of older messages, it is only known that they are at least that old.
  static Nodes.Queue queue(Db db, Instant now) throws SQLException {
    record Row(long sessions, long since) {}
    var row =
        db.first(
                """
                SELECT COUNT(*), MIN(since) FROM (
                  SELECT CASE WHEN status = 'idle'
                    THEN COALESCE(
                      (SELECT MIN(received_at) FROM inbox
                        WHERE inbox.session_key = session.key AND sequence > session.seen),
                      ?)
                    ELSE updated_at END AS since
                """
                    + AT_WORK
                    + " AND node IS NULL LIMIT ?) AS queue",
                found -> new Row(found.getLong(1), found.getLong(2)),
                Micros.of(now.minus(SessionState.DELIVERIES_REMEMBERED)),
                Nodes.QUEUE_LIMIT)
            .orElseThrow();
    return new Nodes.Queue(
        row.sessions,
        row.sessions == 0 ? Optional.empty() : Optional.of(Micros.instant(row.since)));
  }

  static List<SessionId> atWork(Db db, WorkspaceId workspace, int limit) throws SQLException {
    return db.list(
        "SELECT id " + AT_WORK + " AND workspace_id = ? ORDER BY updated_at, id LIMIT ?",
        row -> new SessionId(row.getString(1)),
        workspace.value(),
        limit);
  }
}
