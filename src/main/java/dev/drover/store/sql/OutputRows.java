package dev.drover.store.sql;

import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import dev.drover.store.Micros;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of one session's outputs, within a transaction.
record OutputRows(Db db, SessionId session, Instant now) {
  private record Earlier(String digest, String file) {}

  /// Records contents, in a number of statements that does not grow with theirs.
  void add(BlobRows blobs, WorkspaceId workspace, List<Outputs.Found> contents)
      throws SQLException {
    var earlier = earlier(contents.stream().map(Outputs.Found::path).toList());
    var same = new ArrayList<Outputs.Found>();
    var fresh = new ArrayList<Outputs.Found>();
    for (var found : contents) {
      var before = earlier.get(found.path());
      (before != null && before.digest.equals(digest(found)) ? same : fresh).add(found);
    }
    see(same);
    replace(fresh, earlier);
    insert(fresh, kept(blobs, workspace, fresh));
  }

  private static String digest(Outputs.Found found) {
    return found.content().id().digest();
  }

  private Map<String, Earlier> earlier(List<String> paths) throws SQLException {
    var earlier = new HashMap<String, Earlier>();
    for (var some : Marks.groups(paths)) {
      db.list(
              "SELECT path, digest, file_id FROM output WHERE session_id = ? AND path IN "
                  + Marks.of(some.size()),
              row -> Map.entry(row.getString(1), new Earlier(row.getString(2), row.getString(3))),
              Marks.values(session.value(), some))
          .forEach(found -> earlier.put(found.getKey(), found.getValue()));
    }
    return earlier;
  }

  /// The contents are known; only the states of the files are new.
  private void see(List<Outputs.Found> same) throws SQLException {
    db.each(
        "UPDATE output SET stamp = ? WHERE session_id = ? AND path = ?",
        same.stream()
            .map(found -> new @Nullable Object[] {found.stamp(), session.value(), found.path()})
            .toList());
    var spare = same.stream().map(found -> Job.Order.deletion(found.content().id())).toList();
    JobRows.oweAll(db, spare, "", now);
  }

  private List<StoredFile> kept(BlobRows blobs, WorkspaceId workspace, List<Outputs.Found> fresh)
      throws SQLException {
    var ids = blobs.keepAll(db, workspace, fresh.stream().map(Outputs.Found::content).toList());
    var files = new ArrayList<StoredFile>();
    for (int i = 0; i < fresh.size(); i++) {
      files.add(fresh.get(i).file().with(ids.get(i)));
    }
    return files;
  }

  private void insert(List<Outputs.Found> fresh, List<StoredFile> files) throws SQLException {
    FileRows.insertAll(db, files);
    var rows = new ArrayList<@Nullable Object[]>();
    for (int i = 0; i < fresh.size(); i++) {
      var found = fresh.get(i);
      rows.add(
          new @Nullable Object[] {
            session.value(), found.path(), found.stamp(), digest(found), files.get(i).id().value()
          });
    }
    db.each(
        """
        INSERT INTO output (session_id, path, stamp, digest, file_id) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (session_id, path) DO UPDATE
        SET stamp = excluded.stamp, digest = excluded.digest, file_id = excluded.file_id\
        """,
        rows);
  }

  private void replace(List<Outputs.Found> fresh, Map<String, Earlier> earlier)
      throws SQLException {
    var rows = new ArrayList<@Nullable Object[]>();
    for (var found : fresh) {
      var before = earlier.get(found.path());
      if (before != null) {
        rows.add(new @Nullable Object[] {Micros.of(now), before.file});
      }
    }
    db.each("UPDATE file SET replaced_at = ? WHERE id = ?", rows);
  }

  /// Forgets them.
  static void deleteAll(Db db, SessionId session) throws SQLException {
    db.update("DELETE FROM output WHERE session_id = ?", session.value());
  }
}
