package dev.drover.store.sql;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Event;
import dev.drover.session.Snapshot;
import dev.drover.session.Stored;
import dev.drover.store.Micros;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// The rows of snapshots, and of where the directories of sessions are.
final class SnapshotRows {
  /// The place of directories that exist only as a snapshot. It is the data directory of no node.
  private static final String NOWHERE = "nowhere";

  private SnapshotRows() {}

  /// Where a session's directories are.
  record Home(String id, String place) {}

  static Optional<Home> home(Db db, long key) throws SQLException {
    return db.first(
        "SELECT home, place FROM workspace_home WHERE session_key = ?",
        row -> new Home(row.getString(1), row.getString(2)),
        key);
  }

  /// Follows the events that are appended to a session's log by this node.
  static void follow(Db db, long key, List<Stored> events, String place) throws SQLException {
    for (var stored : events) {
      if (stored.event() instanceof Event.WorkspaceHome moved) {
        db.update(
            """
            INSERT INTO workspace_home (session_key, home, place) VALUES (?, ?, ?)
            ON CONFLICT (session_key) DO UPDATE SET home = excluded.home, place = excluded.place\
            """,
            key,
            moved.home(),
            place);
      }
    }
  }

  /// Adds the first row of a session.
  static void settle(Db db, long key, String home, String place) throws SQLException {
    db.update(
        """
        INSERT INTO workspace_home (session_key, home, place) VALUES (?, ?, ?)
        ON CONFLICT (session_key) DO NOTHING\
        """,
        key,
        home,
        place);
  }

  /// The last event by which a session's directories became others, if no result of a tool comes
  /// after it.
  static Optional<String> lastMove(Db db, long key) throws SQLException {
    long result =
        db.number(
            """
            SELECT COALESCE(MAX(position), 0) FROM event
            WHERE session_key = ? AND type = 'agent.tool_result'\
            """,
            key);
    return db.first(
        """
        SELECT json FROM event
        WHERE session_key = ? AND position > ? AND type = 'drover.workspace_home'
        ORDER BY position DESC LIMIT 1\
        """,
        row -> row.getString(1),
        key,
        result);
  }

  static Optional<Snapshot> newest(Db db, long key) throws SQLException {
    var layers =
        db.list(
            "SELECT blob_id FROM snapshot_layer WHERE session_key = ? ORDER BY number",
            row -> new BlobId(row.getString(1)),
            key);
    return db.first(
        """
        SELECT name, home, position, files, bytes, dropped, taken_at FROM snapshot
        WHERE session_key = ?\
        """,
        row ->
            new Snapshot(
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                layers,
                row.getLong(4),
                row.getLong(5),
                row.getString(6),
                Micros.instant(row.getLong(7))),
        key);
  }

  /// Stores what a snapshot says of itself; its layers have rows of their own.
  static void put(Db db, long key, Snapshot snapshot) throws SQLException {
    db.update(
        """
        INSERT INTO snapshot (session_key, name, home, position, files, bytes, dropped, taken_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (session_key) DO UPDATE SET
          name = excluded.name, home = excluded.home, position = excluded.position,
          files = excluded.files, bytes = excluded.bytes, dropped = excluded.dropped,
          taken_at = excluded.taken_at\
        """,
        key,
        snapshot.name(),
        snapshot.home(),
        snapshot.position(),
        snapshot.files(),
        snapshot.bytes(),
        snapshot.left(),
        Micros.of(snapshot.takenAt()));
  }

  static void addLayer(Db db, long key, int number, BlobId content) throws SQLException {
    db.update(
        "INSERT INTO snapshot_layer (session_key, number, blob_id) VALUES (?, ?, ?)",
        key,
        number,
        content.value());
  }

  /// Gives a new session the snapshot of another one: its first hand restores it. The row of the
  /// other session is locked.
  static void copy(Db db, BlobRows blobs, WorkspaceId workspace, long key, Snapshot snapshot)
      throws SQLException {
    blobs.lock(db, workspace);
    int number = 0;
    for (var layer : snapshot.layers()) {
      blobs.keepAgain(db, layer);
      addLayer(db, key, number++, layer);
    }
    put(db, key, snapshot);
    settle(db, key, snapshot.home(), NOWHERE);
  }

  /// Removes the references of a session to contents.
  static void dropLayers(Db db, BlobRows blobs, WorkspaceId workspace, long key)
      throws SQLException {
    var layers =
        db.list(
            "SELECT blob_id FROM snapshot_layer WHERE session_key = ?",
            row -> new BlobId(row.getString(1)),
            key);
    for (var layer : layers) {
      blobs.drop(db, workspace, layer);
    }
    db.update("DELETE FROM snapshot_layer WHERE session_key = ?", key);
  }

  /// Removes all of a session that is deleted.
  static void deleteAll(Db db, BlobRows blobs, WorkspaceId workspace, long key)
      throws SQLException {
    dropLayers(db, blobs, workspace, key);
    db.update("DELETE FROM snapshot WHERE session_key = ?", key);
    db.update("DELETE FROM workspace_home WHERE session_key = ?", key);
  }
}
