package dev.drover.store.sql;

import dev.drover.catalog.MemoryStoreId;
import dev.drover.memory.Memory;
import dev.drover.memory.MemoryHead;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryPath;
import dev.drover.memory.MemoryVersionId;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The rows of memories. Whoever writes one holds the lock of its store.
final class MemoryRows {
  /// The number of ids in the statement of [#contents].
  private static final int ASKED = 20;

  private static final String COLUMNS =
      "memory.id, memory.version_id, memory.path, memory.sha256, memory.size, memory.created_at,"
          + " memory.updated_at";

  private static final String BASIC =
      "SELECT " + COLUMNS + ", NULL AS content FROM memory WHERE memory.store_id = ?";

  private static final String FULL =
      "SELECT "
          + COLUMNS
          + """
          , version.content FROM memory
          JOIN memory_version version
            ON version.store_id = memory.store_id AND version.number = memory.number
          WHERE memory.store_id = ?\
          """;

  private MemoryRows() {}

  /// A memory, with its content.
  static Optional<Memory> get(Db db, MemoryStoreId store, MemoryId id) throws SQLException {
    return db.first(
        FULL + " AND memory.id = ?", row -> read(row, store), store.value(), id.value());
  }

  /// Some memories by path, without their contents.
  ///
  /// @param from the first path
  /// @param to the end of the paths
  static List<Memory> between(Db db, MemoryStoreId store, String from, String to, int limit)
      throws SQLException {
    return db.list(
        BASIC + " AND memory.path >= ? AND memory.path < ? ORDER BY memory.path LIMIT ?",
        row -> read(row, store),
        store.value(),
        from,
        to,
        limit);
  }

  /// The memories with these ids, with their contents.
  static Map<MemoryId, Memory> contents(Db db, MemoryStoreId store, Collection<MemoryId> ids)
      throws SQLException {
    var all = List.copyOf(ids);
    var found = new HashMap<MemoryId, Memory>();
    for (int from = 0; from < all.size(); from += ASKED) {
      var values = new ArrayList<Object>();
      values.add(store.value());
      for (int i = 0; i < ASKED; i++) { // the same statement for any number
        values.add(all.get(Math.min(from + i, all.size() - 1)).value());
      }
      db.list(
              FULL + " AND memory.id IN (" + EventRows.marks(ASKED) + ")",
              row -> read(row, store),
              values.toArray())
          .forEach(memory -> found.put(memory.id(), memory));
    }
    return found;
  }

  private static Memory read(ResultSet row, MemoryStoreId store) throws SQLException {
    return new Memory(
        new MemoryId(row.getString("id")),
        store,
        new MemoryVersionId(row.getString("version_id")),
        new MemoryPath(row.getString("path")),
        row.getString("content"),
        row.getString("sha256"),
        row.getInt("size"),
        Micros.instant(row.getLong("created_at")),
        Micros.instant(row.getLong("updated_at")));
  }

  /// A memory other than `id` that prevents it from having a path: it has the path, or one of them
  /// would be a directory of the other.
  static Optional<Memory> conflict(Db db, MemoryStoreId store, MemoryPath path, MemoryId id)
      throws SQLException {
    var values = new ArrayList<Object>();
    values.add(store.value());
    values.add(id.value());
    values.add(path.value() + "/");
    values.add(path.value() + "0"); // the character after the slash
    values.add(path.value());
    var ancestors = path.ancestors();
    for (int i = 1; i < MemoryPath.SEGMENTS; i++) { // the same statement for any number
      values.add(i <= ancestors.size() ? ancestors.get(i - 1) : path.value());
    }
    return db.first(
        BASIC
            + """
             AND memory.id <> ?
              AND (memory.path >= ? AND memory.path < ? OR memory.path IN (\
            """
            + EventRows.marks(MemoryPath.SEGMENTS)
            + ")) ORDER BY memory.path LIMIT 1",
        row -> read(row, store),
        values.toArray());
  }

  static Map<String, MemoryHead> heads(Db db, MemoryStoreId store) throws SQLException {
    record Row(String path, MemoryHead head) {}
    return db
        .list(
            "SELECT path, id, sha256 FROM memory WHERE store_id = ?",
            row ->
                new Row(
                    row.getString(1),
                    new MemoryHead(new MemoryId(row.getString(2)), row.getString(3))),
            store.value())
        .stream()
        .collect(Collectors.toMap(Row::path, Row::head));
  }

  static long count(Db db, MemoryStoreId store) throws SQLException {
    return db.number("SELECT COUNT(*) FROM memory WHERE store_id = ?", store.value());
  }

  /// @param number of the version that has its content
  static void insert(Db db, Memory memory, long number) throws SQLException {
    db.update(
        """
        INSERT INTO memory (
          store_id, id, path, number, version_id, sha256, size, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        memory.store().value(),
        memory.id().value(),
        memory.path().value(),
        number,
        memory.version().value(),
        memory.sha256(),
        memory.size(),
        Micros.of(memory.createdAt()),
        Micros.of(memory.updatedAt()));
  }

  static void update(Db db, Memory memory, long number) throws SQLException {
    db.update(
        """
        UPDATE memory SET path = ?, number = ?, version_id = ?, sha256 = ?, size = ?, updated_at = ?
        WHERE store_id = ? AND id = ?\
        """,
        memory.path().value(),
        number,
        memory.version().value(),
        memory.sha256(),
        memory.size(),
        Micros.of(memory.updatedAt()),
        memory.store().value(),
        memory.id().value());
  }

  static void delete(Db db, Memory memory) throws SQLException {
    db.update(
        "DELETE FROM memory WHERE store_id = ? AND id = ?",
        memory.store().value(),
        memory.id().value());
  }

  /// Whether a version has the content of a memory.
  static boolean isCurrent(Db db, MemoryStoreId store, MemoryId memory, MemoryVersionId version)
      throws SQLException {
    return db.number(
            "SELECT COUNT(*) FROM memory WHERE store_id = ? AND id = ? AND version_id = ?",
            store.value(),
            memory.value(),
            version.value())
        > 0;
  }

  /// Deletes some memories of a store.
  ///
  /// @return the number of deleted rows; if it is `limit`, there may be more
  static int clear(Db db, MemoryStoreId store, int limit) throws SQLException {
    return db.update(
        """
        DELETE FROM memory WHERE store_id = ? AND id IN (
          SELECT id FROM memory WHERE store_id = ? LIMIT ?)\
        """,
        store.value(),
        store.value(),
        limit);
  }
}
