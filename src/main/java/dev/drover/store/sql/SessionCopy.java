package dev.drover.store.sql;

import dev.drover.base.Problem;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Session;
import dev.drover.session.Snapshot;
import java.sql.SQLException;
import java.util.Optional;

/// The copy of the rows of a session for a fork, in a transaction that has locked the session's
/// row.
///
/// @param from the key of the session
/// @param to the key of the fork
record SessionCopy(Db db, BlobRows blobs, WorkspaceId workspace, long from, long to) {
  /// The number of events that one statement copies.
  private static final long SOME = 500;

  /// Appends by no lease: the epochs of the session's leases mean nothing for the fork.
  private static final String EVENTS =
      """
      INSERT INTO event (
        session_key, position, thread, id, type, visible, processed_at, epoch, result_of, json,
        hidden)
      SELECT ?, position, thread, id, type, visible, processed_at, 0, result_of, json, hidden
      FROM event WHERE session_key = ? AND position > ? AND position <= ?\
      """;

  /// Checks that this version knows everything that the session has.
  ///
  /// @param counted the number of its resources
  /// @throws Problem `INVALID_REQUEST`
  static void check(Db db, long key, Session session, int counted) throws SQLException {
    if (session.resources().size() != counted) {
      throw unknown(session, "has a resource of a type");
    }
    if (db.number("SELECT COUNT(*) FROM thread WHERE session_key = ?", key) > 0) {
      throw unknown(session, "has several threads, a feature");
    }
  }

  private static Problem unknown(Session session, String what) {
    return Problem.invalid(
        "Session %s cannot be forked: it %s that this version of Drover does not know."
            .formatted(session.id(), what));
  }

  /// Copies the events up to a position.
  void events(long position) throws SQLException {
    long copied = 0;
    for (long after = 0; after < position; after += SOME) {
      copied += db.update(EVENTS, to, from, after, Math.min(after + SOME, position));
    }
    if (copied != position) {
      throw new IllegalStateException(
          "the log has %d events up to position %d".formatted(copied, position));
    }
  }

  /// Gives the fork the versions of skills that the session has, also those that were deleted
  /// meanwhile.
  void skills() throws SQLException {
    if (db.number("SELECT COUNT(*) FROM session_skill WHERE session_key = ?", from) == 0) {
      return;
    }
    blobs.lock(db, workspace);
    db.update(
        """
        INSERT INTO session_skill (session_key, version_id)
        SELECT ?, version_id FROM session_skill WHERE session_key = ?\
        """,
        to,
        from);
  }

  /// Gives the fork the texts of the long results that it has.
  void toolOutputs() throws SQLException {
    SqlToolOutputs.copy(db, blobs, workspace, from, to);
  }

  /// Copies the newest snapshot that was taken at a position or before.
  Optional<Snapshot> snapshot(long position) throws SQLException {
    var found = SnapshotRows.before(db, from, position);
    if (found.isPresent()) {
      SnapshotRows.copy(db, blobs, workspace, to, found.get());
    }
    return found;
  }

  /// Whether the session has directories.
  boolean hasFiles() throws SQLException {
    return SnapshotRows.home(db, from).isPresent();
  }
}
