package dev.drover.store.sql;

import dev.drover.base.Page;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Files;
import dev.drover.files.Outputs;
import dev.drover.files.StoredFile;
import dev.drover.store.Cursor;
import dev.drover.store.Micros;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

final class SqlFiles implements Files {
  /// The number of files in one transaction of [#expire], and of ids in one statement.
  private static final int SOME = 100;

  private final Writer writer;
  private final Readers readers;
  private final BlobRows blobs;

  SqlFiles(Writer writer, Readers readers, BlobRows blobs) {
    this.writer = writer;
    this.readers = readers;
    this.blobs = blobs;
  }

  @Override
  public StoredFile create(StoredFile file, Blob content) {
    return writer.call(
        file.workspace().value(),
        (db, _) -> {
          var created = file.with(blobs.keep(db, file.workspace(), content));
          FileRows.insert(db, created);
          return created;
        });
  }

  @Override
  public StoredFile get(WorkspaceId workspace, FileId id) {
    return readers.call(db -> FileRows.get(db, workspace, id));
  }

  @Override
  public Page<StoredFile> list(WorkspaceId workspace, Listing listing) {
    var query = FileRows.page(workspace, listing);
    var found = readers.call(db -> db.list(query.sql(), FileRows::file, query.values()));
    return Cursor.page(
        found,
        listing.limit(),
        FileRows.LIST,
        false,
        file -> new Cursor(file.createdAt(), file.id().value()));
  }

  @Override
  public List<StoredFile> list(WorkspaceId workspace, Collection<FileId> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    var values = new ArrayList<Object>();
    values.add(workspace.value());
    ids.forEach(id -> values.add(id.value()));
    var sql =
        "%s AND id IN (%s) ORDER BY created_at DESC, id DESC"
            .formatted(FileRows.SELECT, EventRows.marks(ids.size()));
    return readers.call(db -> db.list(sql, FileRows::file, values.toArray()));
  }

  @Override
  public void delete(WorkspaceId workspace, FileId id) {
    writer.call(
        workspace.value(),
        (db, _) -> {
          FileRows.delete(db, blobs, workspace, id);
          return true;
        });
  }

  /// A file of which the content, or everything, is to be removed.
  private record Due(WorkspaceId workspace, FileId id) {}

  @Override
  public int expire(Instant now) {
    var contents = due("expires_at <= ? AND blob_id IS NOT NULL", now);
    contents.forEach(due -> writer.call(due.workspace.value(), (db, _) -> expire(db, due)));
    var files = due("expires_at <= ? AND blob_id IS NULL", now.minus(SHOWN));
    files.forEach(
        due ->
            writer.call(
                due.workspace.value(),
                (db, _) -> db.update("DELETE FROM file WHERE id = ?", due.id.value())));
    var replaced = due("replaced_at <= ?", now.minus(Outputs.REPLACED));
    replaced.forEach(due -> writer.call(due.workspace.value(), (db, _) -> remove(db, due)));
    return contents.size() + files.size() + replaced.size();
  }

  private List<Due> due(String condition, Instant at) {
    return readers.call(
        db ->
            db.list(
                "SELECT workspace_id, id FROM file WHERE " + condition + " LIMIT ?",
                row -> new Due(new WorkspaceId(row.getString(1)), new FileId(row.getString(2))),
                Micros.of(at),
                SOME));
  }

  private boolean remove(Db db, Due due) throws SQLException {
    blobs.lock(db, due.workspace);
    var file = FileRows.find(db, due.workspace, due.id);
    if (file.isPresent()) {
      FileRows.delete(db, blobs, file.get());
    }
    return file.isPresent();
  }

  /// Another node may have removed it meanwhile.
  private boolean expire(Db db, Due due) throws SQLException {
    blobs.lock(db, due.workspace);
    var content =
        db.first(
            "SELECT blob_id FROM file WHERE id = ? AND blob_id IS NOT NULL",
            row -> new BlobId(row.getString(1)),
            due.id.value());
    if (content.isEmpty()) {
      return false;
    }
    db.update("UPDATE file SET blob_id = NULL WHERE id = ?", due.id.value());
    blobs.drop(db, due.workspace, content.get());
    return true;
  }

  @Override
  public Set<BlobId> unreferenced(Collection<BlobId> contents) {
    var all = List.copyOf(contents);
    var left = new HashSet<>(all);
    for (int from = 0; from < all.size(); from += SOME) {
      var some = all.subList(from, Math.min(from + SOME, all.size()));
      left.removeAll(readers.call(db -> referenced(db, some)));
    }
    return left;
  }

  private static List<BlobId> referenced(Db db, List<BlobId> contents) throws SQLException {
    return db.list(
        "SELECT id FROM blob WHERE id IN (" + EventRows.marks(contents.size()) + ")",
        row -> new BlobId(row.getString(1)),
        contents.stream().map(BlobId::value).toArray());
  }

  @Override
  public Usage usage(WorkspaceId workspace) {
    return readers.call(db -> new Usage(BlobRows.used(db, workspace), blobs.quota(db, workspace)));
  }
}
