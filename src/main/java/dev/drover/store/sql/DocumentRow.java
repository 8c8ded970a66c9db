package dev.drover.store.sql;

import dev.drover.catalog.Resource;
import dev.drover.catalog.WorkspaceId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.wire.ResourceCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The row of a version of a resource. Its JSON is parsed later, on the caller's thread.
record DocumentRow(
    String id,
    int version,
    String json,
    long createdAt,
    long updatedAt,
    @Nullable Long archivedAt) {
  static DocumentRow of(ResultSet row) throws SQLException {
    return new DocumentRow(
        row.getString("id"),
        row.getInt("version"),
        row.getString("json"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        Db.nullableLong(row, "archived_at"));
  }

  /// The cursor of the resource in the list of all resources.
  Cursor at() {
    return new Cursor(Micros.instant(createdAt), id);
  }

  /// The cursor of the version in the list of the resource's versions.
  Cursor versionAt() {
    return Cursor.ofVersion(Micros.instant(createdAt), version);
  }

  /// The resource for a list; empty if it cannot be read, so that lists omit it.
  <T> Optional<Resource<T>> listed(ResourceCodec<T> codec, WorkspaceId workspace) {
    var name = codec.kind().noun() + " " + id;
    return Listed.read(
        codec.kind().versioned() ? "version " + version + " of " + name : name,
        () -> read(codec, workspace));
  }

  /// @throws IllegalStateException if the row is damaged
  <T> Resource<T> read(ResourceCodec<T> codec, WorkspaceId workspace) {
    return new Resource<>(
        id,
        workspace,
        version,
        codec.stored(StoredJson.object(json)),
        Micros.instant(createdAt),
        Micros.instant(updatedAt),
        archivedAt == null ? null : Micros.instant(archivedAt));
  }
}
