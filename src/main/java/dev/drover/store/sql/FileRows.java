package dev.drover.store.sql;

import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.session.SessionId;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import dev.drover.store.Refusals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of files. Whatever changes them locks their workspace first, by [BlobRows#lock].
public final class FileRows {
  static final Cursor.Of LIST = new Cursor.Of("FILES");

  private static final String COLUMNS =
      """
      id, workspace_id, filename, mime_type, size, blob_id, scope_session, output_path, created_at,
      expires_at\
      """;

  static final String SELECT =
      "SELECT " + COLUMNS + ", replaced_at FROM file WHERE workspace_id = ?";

  private FileRows() {}

  static StoredFile file(ResultSet row) throws SQLException {
    return new StoredFile(
        new FileId(row.getString("id")),
        new WorkspaceId(row.getString("workspace_id")),
        row.getString("filename"),
        row.getString("mime_type"),
        row.getLong("size"),
        Optional.ofNullable(row.getString("blob_id")).map(BlobId::new),
        Optional.ofNullable(row.getString("scope_session")).map(SessionId::new),
        Optional.ofNullable(row.getString("output_path")),
        Micros.instant(row.getLong("created_at")),
        expiry(row));
  }

  /// A replaced output is deleted after a while, as [Outputs] says.
  private static Optional<Instant> expiry(ResultSet row) throws SQLException {
    var replaced = SessionRows.instant(row, "replaced_at");
    return replaced == null
        ? Optional.ofNullable(SessionRows.instant(row, "expires_at"))
        : Optional.of(replaced.plus(Outputs.REPLACED));
  }

  static void insert(Db db, StoredFile file) throws SQLException {
    insertAll(db, List.of(file));
  }

  static void insertAll(Db db, List<StoredFile> files) throws SQLException {
    db.each(
        "INSERT INTO file (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        files.stream().map(FileRows::values).toList());
  }

  private static @Nullable Object[] values(StoredFile file) {
    return new @Nullable Object[] {
      file.id().value(),
      file.workspace().value(),
      file.filename(),
      file.mimeType(),
      file.size(),
      file.blob().map(BlobId::value).orElse(null),
      file.scope().map(SessionId::value).orElse(null),
      file.outputPath().orElse(null),
      Micros.of(file.createdAt()),
      SessionRows.micros(file.expiresAt().orElse(null))
    };
  }

  /// @throws dev.drover.base.Problem `NOT_FOUND`
  static StoredFile get(Db db, WorkspaceId workspace, FileId id) throws SQLException {
    return find(db, workspace, id).orElseThrow(() -> Refusals.notFound(id));
  }

  static Optional<StoredFile> find(Db db, WorkspaceId workspace, FileId id) throws SQLException {
    return db.first(SELECT + " AND id = ?", FileRows::file, workspace.value(), id.value());
  }

  /// Adds a copy of a file that belongs to a session and shares the content. It does not expire.
  ///
  /// @throws dev.drover.base.Problem `NOT_FOUND` if there is no such file, or its content has
  ///   expired
  static StoredFile copy(
      Db db,
      BlobRows blobs,
      WorkspaceId workspace,
      FileId from,
      FileId to,
      SessionId scope,
      Instant now)
      throws SQLException {
    blobs.lock(db, workspace);
    var file = get(db, workspace, from);
    if (file.isExpired(now)) {
      throw file.expired();
    }
    var blob = file.blob().orElseThrow();
    blobs.keepAgain(db, blob);
    var copy =
        new StoredFile(
            to,
            workspace,
            file.filename(),
            file.mimeType(),
            file.size(),
            file.blob(),
            Optional.of(scope),
            Optional.empty(),
            now,
            Optional.empty());
    insert(db, copy);
    return copy;
  }

  static void delete(Db db, BlobRows blobs, WorkspaceId workspace, FileId id) throws SQLException {
    blobs.lock(db, workspace);
    delete(db, blobs, get(db, workspace, id));
  }

  /// Deletes a file, unless it was deleted before.
  static void deleteIfPresent(Db db, BlobRows blobs, WorkspaceId workspace, FileId id)
      throws SQLException {
    blobs.lock(db, workspace);
    var file = db.first(SELECT + " AND id = ?", FileRows::file, workspace.value(), id.value());
    if (file.isPresent()) {
      delete(db, blobs, file.get());
    }
  }

  /// Deletes the files of a session.
  static void deleteAll(Db db, BlobRows blobs, WorkspaceId workspace, SessionId scope)
      throws SQLException {
    if (db.number("SELECT COUNT(*) FROM file WHERE scope_session = ?", scope.value()) == 0) {
      return; // usually: no other transaction has to wait
    }
    blobs.lock(db, workspace);
    var files =
        db.list(
            SELECT + " AND scope_session = ?", FileRows::file, workspace.value(), scope.value());
    for (var file : files) {
      delete(db, blobs, file);
    }
  }

  static void delete(Db db, BlobRows blobs, StoredFile file) throws SQLException {
    db.update("DELETE FROM file WHERE id = ?", file.id().value());
    if (file.blob().isPresent()) {
      blobs.drop(db, file.workspace(), file.blob().get());
    }
  }

  static NewestFirst.Query page(WorkspaceId workspace, Files.Listing listing) {
    var query = new NewestFirst(SELECT, workspace.value()).and("replaced_at IS NULL");
    listing.scope().ifPresent(scope -> query.and("scope_session = ?", scope.value()));
    return query.query(listing.page(), LIST, listing.limit());
  }
}
