package dev.drover.store.sql;

import dev.drover.catalog.MemoryStoreId;
import dev.drover.memory.MemoryActor;
import dev.drover.memory.MemoryId;
import dev.drover.memory.MemoryVersion;
import dev.drover.memory.MemoryVersion.Operation;
import dev.drover.memory.MemoryVersion.Redaction;
import dev.drover.memory.MemoryVersionId;
import dev.drover.memory.VersionListing;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The rows of the versions of memories. Whoever writes one holds the lock of its store, unless the
/// store was deleted or the version is old.
final class MemoryVersionRows {
  /// The number of rows that one statement removes.
  static final int REMOVED = 200;

  private static final String COLUMNS =
      "number, id, memory_id, operation, actor, actor_id, created_at, redactor, redactor_id,"
          + " redacted_at, path, sha256, size";

  private static final String OLD = "FROM memory_version WHERE newest = 0 AND created_at < ?";

  private MemoryVersionRows() {}

  /// A version and its place among those of its store.
  record Numbered(long number, MemoryVersion version) {
    Cursor at() {
      return new Cursor(version.createdAt(), Long.toString(number));
    }
  }

  private static String select(boolean contents) {
    return "SELECT "
        + COLUMNS
        + (contents ? ", content" : ", NULL AS content")
        + " FROM memory_version WHERE store_id = ?";
  }

  static Optional<MemoryVersion> get(Db db, MemoryStoreId store, MemoryVersionId id)
      throws SQLException {
    return db.first(
            select(true) + " AND id = ?", row -> read(row, store), store.value(), id.value())
        .map(Numbered::version);
  }

  /// The query for a page of versions. It reads one row more than the page, which shows whether
  /// there is a next page.
  static PageQuery query(MemoryStoreId store, VersionListing listing) {
    var sql = new StringBuilder(select(listing.contents()));
    var bound = new ArrayList<Object>(List.of(store.value()));
    listing.memory().ifPresent(id -> and(sql, bound, "memory_id = ?", id.value()));
    listing.operation().ifPresent(one -> and(sql, bound, "operation = ?", text(one)));
    for (var actor : listing.actors()) {
      and(sql, bound, "actor = ?", actor.kind().type());
      and(sql, bound, "actor_id = ?", actor.id());
    }
    listing.from().ifPresent(at -> and(sql, bound, "created_at >= ?", Micros.ceiling(at)));
    listing.to().ifPresent(at -> and(sql, bound, "created_at <= ?", Micros.of(at)));
    Cursor.read(listing.page(), Cursor.Of.memoryVersions(store), false)
        .ifPresent(after -> and(sql, bound, "number < ?", after.number()));
    sql.append(" ORDER BY number DESC LIMIT ?");
    bound.add(listing.limit() + 1L);
    return PageQuery.of(
        sql.toString(), listing.contents() ? "COALESCE(size, 0)" : "length(id)", bound);
  }

  private static void and(StringBuilder sql, List<Object> bound, String condition, Object value) {
    sql.append(" AND ").append(condition);
    bound.add(value);
  }

  static Numbered read(ResultSet row, MemoryStoreId store) throws SQLException {
    int size = row.getInt("size");
    boolean sized = !row.wasNull();
    return new Numbered(
        row.getLong("number"),
        new MemoryVersion(
            new MemoryVersionId(row.getString("id")),
            store,
            new MemoryId(row.getString("memory_id")),
            Operation.valueOf(row.getString("operation").toUpperCase(Locale.ROOT)),
            row.getString("path"),
            row.getString("content"),
            row.getString("sha256"),
            sized ? size : null,
            Micros.instant(row.getLong("created_at")),
            actor(row, "actor"),
            redaction(row)));
  }

  private static Optional<Redaction> redaction(ResultSet row) throws SQLException {
    var at = Db.nullableLong(row, "redacted_at");
    return at == null
        ? Optional.empty()
        : Optional.of(new Redaction(Micros.instant(at), actor(row, "redactor")));
  }

  private static MemoryActor actor(ResultSet row, String column) throws SQLException {
    return new MemoryActor(
        MemoryActor.Kind.of(row.getString(column)), row.getString(column + "_id"));
  }

  private static String text(Operation operation) {
    return operation.name().toLowerCase(Locale.ROOT);
  }

  /// The number of the latest change of a store; 0 if nothing was ever changed.
  static long revision(Db db, MemoryStoreId store) throws SQLException {
    return db.number(
        "SELECT COALESCE(MAX(number), 0) FROM memory_version WHERE store_id = ?", store.value());
  }

  /// Adds the newest version of a memory.
  ///
  /// @return its number
  static long insert(Db db, MemoryVersion version) throws SQLException {
    var store = version.store().value();
    db.update(
        "UPDATE memory_version SET newest = 0 WHERE store_id = ? AND memory_id = ? AND newest = 1",
        store,
        version.memory().value());
    long number = revision(db, version.store()) + 1;
    db.update(
        """
        INSERT INTO memory_version (
          store_id, number, id, memory_id, newest, operation, actor, actor_id, created_at, path,
          sha256, size, content)
        VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        store,
        number,
        version.id().value(),
        version.memory().value(),
        text(version.operation()),
        version.createdBy().kind().type(),
        version.createdBy().id(),
        Micros.of(version.createdAt()),
        version.path(),
        version.sha256(),
        version.size(),
        version.content());
    return number;
  }

  static void redact(Db db, MemoryStoreId store, MemoryVersionId id, Redaction redaction)
      throws SQLException {
    db.update(
        """
        UPDATE memory_version
        SET path = NULL, sha256 = NULL, size = NULL, content = NULL,
          redactor = ?, redactor_id = ?, redacted_at = ?
        WHERE store_id = ? AND id = ?\
        """,
        redaction.by().kind().type(),
        redaction.by().id(),
        Micros.of(redaction.at()),
        store.value(),
        id.value());
  }

  static boolean hasOld(Db db, Instant time) throws SQLException {
    return db.first("SELECT 1 " + OLD + " LIMIT 1", row -> true, Micros.of(time)).isPresent();
  }

  /// Removes some versions that are old, and not the newest ones of their memories.
  ///
  /// @return the number of removed rows; if it is [#REMOVED], there may be more
  static int trim(Db db, Instant time) throws SQLException {
    return db.update(
        "DELETE FROM memory_version WHERE (store_id, number) IN (SELECT store_id, number "
            + OLD
            + " LIMIT ?)",
        Micros.of(time),
        REMOVED);
  }

  /// Removes some versions of a store.
  ///
  /// @return as [#trim]
  static int clear(Db db, MemoryStoreId store) throws SQLException {
    return db.update(
        """
        DELETE FROM memory_version WHERE store_id = ? AND number IN (
          SELECT number FROM memory_version WHERE store_id = ? LIMIT ?)\
        """,
        store.value(),
        store.value(),
        REMOVED);
  }
}
