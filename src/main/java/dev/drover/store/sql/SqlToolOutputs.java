package dev.drover.store.sql;

import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.session.ToolOutputs;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The rows of `tool_output`. Each refers to a content.
final class SqlToolOutputs implements ToolOutputs {
  private final Writer writer;
  private final Readers readers;
  private final BlobRows blobs;
  private final InstantSource clock;

  SqlToolOutputs(Writer writer, Readers readers, BlobRows blobs, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.blobs = blobs;
    this.clock = clock;
  }

  private static Output read(ResultSet row) throws SQLException {
    return new Output(
        new EventId(row.getString("call_id")),
        new Blob(new BlobId(row.getString("blob_id")), row.getLong("size")));
  }

  /// The session's row is locked first, as its deletion does.
  @Override
  public void keep(WorkspaceId workspace, SessionId session, EventId call, Blob content) {
    writer.call(
        session.value(),
        (db, _) -> {
          long key = SqlSessions.take(db, workspace, session).key();
          var earlier = find(db, key, call);
          var kept = blobs.keep(db, workspace, content);
          db.update(
              """
              INSERT INTO tool_output (session_key, call_id, blob_id, size, created_at)
              VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (session_key, call_id) DO UPDATE SET
                blob_id = excluded.blob_id, size = excluded.size, created_at = excluded.created_at\
              """,
              key,
              call.value(),
              kept.value(),
              content.size(),
              Micros.of(clock.instant()));
          if (earlier.isPresent()) {
            blobs.drop(db, workspace, earlier.get().content().id());
          }
          trim(db, workspace, key);
          return true;
        });
  }

  private static Optional<Output> find(Db db, long key, EventId call) throws SQLException {
    return db.first(
        "SELECT call_id, blob_id, size FROM tool_output WHERE session_key = ? AND call_id = ?",
        SqlToolOutputs::read,
        key,
        call.value());
  }

  /// Removes the oldest texts that are too many.
  private void trim(Db db, WorkspaceId workspace, long key) throws SQLException {
    var newest =
        db.list(
            """
            SELECT call_id, blob_id, size FROM tool_output WHERE session_key = ?
            ORDER BY created_at DESC, call_id DESC\
            """,
            SqlToolOutputs::read,
            key);
    long sum = 0;
    for (var output : newest) {
      sum += output.content().size();
      if (sum > MOST) {
        db.update(
            "DELETE FROM tool_output WHERE session_key = ? AND call_id = ?",
            key,
            output.call().value());
        blobs.drop(db, workspace, output.content().id());
      }
    }
  }

  @Override
  public List<Output> of(SessionId session) {
    return readers.call(
        db ->
            db.list(
                "SELECT call_id, blob_id, size FROM tool_output WHERE session_key = "
                    + SessionRows.KEY
                    + " ORDER BY created_at, call_id",
                SqlToolOutputs::read,
                session.value()));
  }

  /// Gives a new session the texts of the results that are in its log. The row of the other session
  /// is locked.
  static void copy(Db db, BlobRows blobs, WorkspaceId workspace, long from, long to)
      throws SQLException {
    var contents =
        db.list(
            """
            SELECT blob_id FROM tool_output WHERE session_key = ? AND call_id IN (
              SELECT result_of FROM event WHERE session_key = ? AND result_of IS NOT NULL)\
            """,
            row -> new BlobId(row.getString(1)),
            from,
            to);
    if (contents.isEmpty()) {
      return;
    }
    blobs.lock(db, workspace);
    for (var content : contents) {
      blobs.keepAgain(db, content);
    }
    db.update(
        """
        INSERT INTO tool_output (session_key, call_id, blob_id, size, created_at)
        SELECT ?, call_id, blob_id, size, created_at FROM tool_output
        WHERE session_key = ? AND call_id IN (
          SELECT result_of FROM event WHERE session_key = ? AND result_of IS NOT NULL)\
        """,
        to,
        from,
        to);
  }

  /// Removes the texts of a session that is deleted.
  static void deleteAll(Db db, BlobRows blobs, WorkspaceId workspace, long key)
      throws SQLException {
    var contents =
        db.list(
            "SELECT blob_id FROM tool_output WHERE session_key = ?",
            row -> new BlobId(row.getString(1)),
            key);
    if (contents.isEmpty()) {
      return;
    }
    for (var content : contents) {
      blobs.drop(db, workspace, content);
    }
    db.update("DELETE FROM tool_output WHERE session_key = ?", key);
  }
}
