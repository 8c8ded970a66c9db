package dev.drover.store.sql;

import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionResources;
import dev.drover.store.ResourceRules;
import java.sql.SQLException;
import java.util.List;

final class SqlSessionResources implements SessionResources {
  private final Writer writer;
  private final Readers readers;
  private final BlobRows blobs;

  SqlSessionResources(Writer writer, Readers readers, BlobRows blobs) {
    this.writer = writer;
    this.readers = readers;
    this.blobs = blobs;
  }

  @Override
  public void add(WorkspaceId workspace, SessionId session, SessionResource.Mounted file) {
    writer.call(
        session.value(),
        (db, _) -> {
          var row = SqlSessions.take(db, workspace, session);
          row.state().refuseIfOver();
          ResourceRules.check(SessionResourceRows.of(db, "?", row.key()), file);
          insert(db, blobs, workspace, session, row.key(), List.of(file));
          return true;
        });
  }

  /// Adds resources: files with the session's copies of them.
  static void insert(
      Db db,
      BlobRows blobs,
      WorkspaceId workspace,
      SessionId session,
      long key,
      List<SessionResource> resources)
      throws SQLException {
    for (var resource : resources) {
      switch (resource) {
        case SessionResource.Mounted file -> {
          FileRows.copy(
              db, blobs, workspace, file.original(), file.file(), session, file.createdAt());
          blobs.keepAgain(db, file.content());
          SessionResourceRows.insert(db, key, file);
        }
        case SessionResource.Attached store -> SessionResourceRows.insert(db, key, store);
      }
    }
    SessionResourceRows.count(db, key, resources.size());
  }

  @Override
  public void remove(WorkspaceId workspace, SessionId session, SessionResourceId resource) {
    writer.call(
        session.value(),
        (db, _) -> {
          var row = SqlSessions.take(db, workspace, session);
          row.state().refuseIfOver();
          var all = SessionResourceRows.of(db, "?", row.key());
          var found = ResourceRules.find(all, resource);
          db.update(
              "DELETE FROM session_resource WHERE session_key = ? AND id = ?",
              row.key(),
              resource.value());
          SessionResourceRows.count(db, row.key(), -1);
          switch (found) {
            case SessionResource.Mounted file -> {
              blobs.drop(db, workspace, file.content());
              FileRows.deleteIfPresent(db, blobs, workspace, file.file());
            }
            case SessionResource.Attached _ -> {} // nothing belongs to it
          }
          return true;
        });
  }

  /// Removes the resources of a session that is deleted; its files are deleted apart.
  static void removeAll(Db db, BlobRows blobs, WorkspaceId workspace, long key)
      throws SQLException {
    var contents = SessionResourceRows.contents(db, key);
    for (var content : contents) {
      blobs.drop(db, workspace, content);
    }
    db.update("DELETE FROM session_resource WHERE session_key = ?", key);
  }

  @Override
  public List<SessionResource> of(SessionId session) {
    return readers.call(db -> SessionResourceRows.of(db, SessionRows.KEY, session.value()));
  }
}
