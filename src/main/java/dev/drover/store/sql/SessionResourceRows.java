package dev.drover.store.sql;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.MemoryStoreId;
import dev.drover.session.MountPath;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rows of the resources of sessions. Whatever changes them has locked the session's row.
final class SessionResourceRows {
  private static final String FILE = "file";
  private static final String STORE = "memory_store";
  private static final String WRITABLE = "read_write";
  private static final String READABLE = "read_only";

  private static final String SELECT =
      """
      SELECT session_key, id, type, file_id, original_id, blob_id, mount_path, created_at, store_id,
        access, instructions, store_name, store_description
      FROM session_resource WHERE \
      """;

  private static final String ORDER = " ORDER BY created_at, id";

  private SessionResourceRows() {}

  /// The resources of a session, oldest first.
  ///
  /// @param key the key of the session, or the expression for it
  static List<SessionResource> of(Db db, String key, Object value) throws SQLException {
    return known(
        db.list(SELECT + "session_key = " + key + ORDER, SessionResourceRows::read, value));
  }

  /// The resources of several sessions, by the sessions' keys.
  static Map<Long, List<SessionResource>> of(Db db, Collection<Long> keys) throws SQLException {
    record Row(long key, Optional<SessionResource> resource) {}
    var rows =
        db.list(
            SELECT + "session_key IN (" + EventRows.marks(keys.size()) + ")" + ORDER,
            row -> new Row(row.getLong("session_key"), read(row)),
            keys.toArray());
    var found = new HashMap<Long, List<SessionResource>>();
    for (var row : rows) {
      row.resource.ifPresent(
          one -> found.computeIfAbsent(row.key, _ -> new ArrayList<>()).add(one));
    }
    return found;
  }

  /// A row of a type or an access that only a newer version knows is left out.
  private static List<SessionResource> known(List<Optional<SessionResource>> rows) {
    return rows.stream().flatMap(Optional::stream).toList();
  }

  private static Optional<SessionResource> read(ResultSet row) throws SQLException {
    return switch (row.getString("type")) {
      case FILE -> Optional.of(file(row));
      case STORE -> store(row);
      default -> Optional.empty();
    };
  }

  private static Optional<SessionResource> store(ResultSet row) throws SQLException {
    var access = row.getString("access");
    if (!access.equals(WRITABLE) && !access.equals(READABLE)) {
      return Optional.empty();
    }
    return Optional.of(
        new SessionResource.Attached(
            new SessionResourceId(row.getString("id")),
            new MemoryStoreId(row.getString("store_id")),
            access.equals(WRITABLE),
            Optional.ofNullable(row.getString("instructions")),
            row.getString("store_name"),
            row.getString("store_description"),
            row.getString("mount_path"),
            Micros.instant(row.getLong("created_at"))));
  }

  private static SessionResource file(ResultSet row) throws SQLException {
    return new SessionResource.Mounted(
        new SessionResourceId(row.getString("id")),
        new FileId(row.getString("file_id")),
        new FileId(row.getString("original_id")),
        new BlobId(row.getString("blob_id")),
        new MountPath(row.getString("mount_path")),
        Micros.instant(row.getLong("created_at")));
  }

  /// The contents to which the rows of a session refer, once for each reference.
  static List<BlobId> contents(Db db, long key) throws SQLException {
    return db.list(
        "SELECT blob_id FROM session_resource WHERE session_key = ? AND blob_id IS NOT NULL",
        row -> new BlobId(row.getString(1)),
        key);
  }

  static void insert(Db db, long key, SessionResource.Mounted file) throws SQLException {
    db.update(
        """
        INSERT INTO session_resource (
          session_key, id, type, file_id, original_id, blob_id, mount_path, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        key,
        file.id().value(),
        FILE,
        file.file().value(),
        file.original().value(),
        file.content().value(),
        file.path().below(),
        Micros.of(file.createdAt()));
  }

  static void insert(Db db, long key, SessionResource.Attached store) throws SQLException {
    db.update(
        """
        INSERT INTO session_resource (
          session_key, id, type, mount_path, created_at, store_id, access, instructions, store_name,
          store_description)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        key,
        store.id().value(),
        STORE,
        store.slug(),
        Micros.of(store.createdAt()),
        store.store().value(),
        store.writable() ? WRITABLE : READABLE,
        store.instructions().orElse(null),
        store.name(),
        store.description());
  }

  /// Adds to the number of resources that the session's row counts.
  static void count(Db db, long key, int more) throws SQLException {
    db.update(
        "UPDATE session_origin SET resources = resources + ? WHERE session_key = ?", more, key);
  }
}
