package dev.drover.store.sql;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.catalog.FileId;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.SessionId;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import dev.drover.session.SessionResources;
import dev.drover.store.ResourceRules;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

final class SqlSessionResources implements SessionResources {
  private final Writer writer;
  private final Readers readers;
  private final BlobRows blobs;
  private final InstantSource clock;

  SqlSessionResources(Writer writer, Readers readers, BlobRows blobs, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.blobs = blobs;
    this.clock = clock;
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
        case SessionResource.Repository repository ->
            SessionResourceRows.insert(db, workspace, key, repository);
      }
    }
    SessionResourceRows.count(db, key, resources.size());
  }

  /// Gives a new session the resources of another one: files with copies of their own.
  ///
  /// @return the resources of the new session
  /// @throws Problem `INVALID_REQUEST` if the other session's copy of a file was deleted
  static List<SessionResource> copy(
      Db db,
      BlobRows blobs,
      WorkspaceId workspace,
      SessionId session,
      long key,
      List<SessionResource> resources,
      Ids ids)
      throws SQLException {
    var copies = new ArrayList<SessionResource>();
    for (var resource : resources) {
      switch (resource) {
        case SessionResource.Mounted file ->
            copies.add(copy(db, blobs, workspace, session, key, file, ids));
        case SessionResource.Attached store -> {
          SessionResourceRows.insert(db, key, store);
          copies.add(store);
        }
        case SessionResource.Repository repository -> {
          SessionResourceRows.insert(db, workspace, key, repository);
          copies.add(repository);
        }
      }
    }
    SessionResourceRows.count(db, key, copies.size());
    return copies;
  }

  private static SessionResource.Mounted copy(
      Db db,
      BlobRows blobs,
      WorkspaceId workspace,
      SessionId session,
      long key,
      SessionResource.Mounted file,
      Ids ids)
      throws SQLException {
    if (FileRows.find(db, workspace, file.file()).isEmpty()) {
      throw Problem.invalid(
          "The session cannot be forked: the file %s of its resource %s was deleted. Delete the"
                  .formatted(file.file(), file.id())
              + " resource first.");
    }
    var copy =
        new SessionResource.Mounted(
            file.id(),
            new FileId(ids.next(FileId.PREFIX)),
            file.original(),
            file.content(),
            file.path(),
            file.createdAt());
    FileRows.copy(db, blobs, workspace, file.file(), copy.file(), session, copy.createdAt());
    blobs.keepAgain(db, copy.content());
    SessionResourceRows.insert(db, key, copy);
    return copy;
  }

  @Override
  public void remove(WorkspaceId workspace, SessionId session, SessionResourceId resource) {
    writer.call(
        session.value(),
        (db, _) -> {
          var row = SqlSessions.take(db, workspace, session);
          row.state().refuseIfOver();
          var all = SessionResourceRows.of(db, "?", row.key());
          var file = ResourceRules.removable(all, resource);
          db.update(
              "DELETE FROM session_resource WHERE session_key = ? AND id = ?",
              row.key(),
              resource.value());
          SessionResourceRows.count(db, row.key(), -1);
          blobs.drop(db, workspace, file.content());
          FileRows.deleteIfPresent(db, blobs, workspace, file.file());
          return true;
        });
  }

  @Override
  public boolean replaceToken(
      WorkspaceId workspace, SessionId session, SessionResource.Repository after) {
    return writer.call(
        session.value(),
        (db, _) -> {
          var row = SqlSessions.take(db, workspace, session);
          row.state().refuseIfOver();
          var present = SessionResourceRows.of(db, "?", row.key());
          if (ResourceRules.replaceable(present, after).isEmpty()) {
            return false;
          }
          SessionResourceRows.update(db, workspace, row.key(), after);
          CredentialRows.purge(
              db, after.id() + " " + after.token().orElseThrow().version(), clock.instant());
          return true;
        });
  }

  /// Removes the resources of a session that is deleted; its files are deleted apart.
  static void removeAll(
      Db db, BlobRows blobs, WorkspaceId workspace, SessionId session, long key, Instant now)
      throws SQLException {
    if (SessionResourceRows.haveTokens(db, key)) {
      CredentialRows.purge(db, session.value(), now);
    }
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
