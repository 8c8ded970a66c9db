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

  /// A layer, and the place of the one below it that is complete.
  private record Layer(int number, int base) {}

  /// The number of the newest layer, which is the last one of the newest snapshot.
  private static Optional<Layer> last(Db db, long key) throws SQLException {
    return db.first(
        """
        SELECT number, base FROM snapshot_layer WHERE session_key = ?
        ORDER BY number DESC LIMIT 1\
        """,
        row -> new Layer(row.getInt(1), row.getInt(2)),
        key);
  }

  private static List<BlobId> contents(Db db, long key, Layer last) throws SQLException {
    return db.list(
        """
        SELECT blob_id FROM snapshot_layer
        WHERE session_key = ? AND number BETWEEN ? AND ? ORDER BY number\
        """,
        row -> new BlobId(row.getString(1)),
        key,
        last.base,
        last.number);
  }

  /// The newest snapshot.
  static Optional<Snapshot> newest(Db db, long key) throws SQLException {
    var last = last(db, key);
    var layers = last.isPresent() ? contents(db, key, last.get()) : List.<BlobId>of();
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

  /// A snapshot that is not the newest.
  private record Earlier(Layer last, Snapshot snapshot) {}

  /// The newest snapshot that was taken at a position or before. A snapshot of which it was noted
  /// later that the directories were still the same counts as taken at its first position.
  static Optional<Snapshot> before(Db db, long key, long position) throws SQLException {
    var newest = newest(db, key);
    if (newest.isEmpty() || newest.get().position() <= position) {
      return newest;
    }
    var home = newest.get().home();
    var found =
        db.first(
            """
            SELECT number, base, name, position, files, bytes, dropped, taken_at
            FROM snapshot_layer WHERE session_key = ? AND position <= ?
            ORDER BY number DESC LIMIT 1\
            """,
            row ->
                new Earlier(
                    new Layer(row.getInt(1), row.getInt(2)),
                    new Snapshot(
                        row.getString(3),
                        home,
                        row.getLong(4),
                        List.of(),
                        row.getLong(5),
                        row.getLong(6),
                        row.getString(7),
                        Micros.instant(row.getLong(8)))),
            key,
            position);
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(found.get().snapshot.with(contents(db, key, found.get().last)));
  }

  /// Stores a snapshot as the newest one.
  ///
  /// @param snapshot with the layers of the newest one up to now, or with none
  /// @param content its own layer
  static void add(Db db, long key, Snapshot snapshot, BlobId content) throws SQLException {
    var last = last(db, key);
    int number = last.map(one -> one.number + 1).orElse(0);
    boolean whole = snapshot.layers().isEmpty() || last.isEmpty();
    insert(db, key, new Layer(number, whole ? number : last.get().base), content);
    put(db, key, snapshot);
    describe(db, key, number, snapshot);
  }

  /// Stores with the last layer of a snapshot what it says of itself: that is all that is left of
  /// it when another one is the newest.
  private static void describe(Db db, long key, int number, Snapshot snapshot) throws SQLException {
    db.update(
        """
        UPDATE snapshot_layer SET name = ?, position = ?, files = ?, bytes = ?, dropped = ?,
          taken_at = ?
        WHERE session_key = ? AND number = ?\
        """,
        snapshot.name(),
        snapshot.position(),
        snapshot.files(),
        snapshot.bytes(),
        snapshot.left(),
        Micros.of(snapshot.takenAt()),
        key,
        number);
  }

  /// Removes the oldest snapshots. Those that stand on the same complete layer go together, and the
  /// newest ones stay.
  ///
  /// @param kept the number of snapshots to keep at least
  static void trim(Db db, BlobRows blobs, WorkspaceId workspace, long key, int kept)
      throws SQLException {
    var layers =
        db.list(
            "SELECT number, base FROM snapshot_layer WHERE session_key = ? ORDER BY number DESC",
            row -> new Layer(row.getInt(1), row.getInt(2)),
            key);
    if (layers.size() <= kept) {
      return;
    }
    int oldest = layers.get(kept - 1).base;
    for (var layer : layers) {
      if (layer.number < oldest) {
        drop(db, blobs, workspace, key, layer.number);
      }
    }
  }

  private static void drop(Db db, BlobRows blobs, WorkspaceId workspace, long key, int number)
      throws SQLException {
    var content =
        db.first(
            "SELECT blob_id FROM snapshot_layer WHERE session_key = ? AND number = ?",
            row -> new BlobId(row.getString(1)),
            key,
            number);
    blobs.drop(db, workspace, content.orElseThrow());
    db.update("DELETE FROM snapshot_layer WHERE session_key = ? AND number = ?", key, number);
  }

  /// Stores what a snapshot says of itself; its layers have rows of their own.
  private static void put(Db db, long key, Snapshot snapshot) throws SQLException {
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

  private static void insert(Db db, long key, Layer layer, BlobId content) throws SQLException {
    db.update(
        "INSERT INTO snapshot_layer (session_key, number, base, blob_id) VALUES (?, ?, ?, ?)",
        key,
        layer.number,
        layer.base,
        content.value());
  }

  /// Gives a new session a snapshot of another one: its first hand restores it. The row of the
  /// other session is locked.
  static void copy(Db db, BlobRows blobs, WorkspaceId workspace, long key, Snapshot snapshot)
      throws SQLException {
    blobs.lock(db, workspace);
    int number = 0;
    for (var layer : snapshot.layers()) {
      blobs.keepAgain(db, layer);
      insert(db, key, new Layer(number++, 0), layer);
    }
    put(db, key, snapshot);
    describe(db, key, number - 1, snapshot);
    settle(db, key, snapshot.home(), NOWHERE);
  }

  /// Removes the references of a session to contents.
  private static void dropLayers(Db db, BlobRows blobs, WorkspaceId workspace, long key)
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
