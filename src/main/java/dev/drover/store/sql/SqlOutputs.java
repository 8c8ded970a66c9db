package dev.drover.store.sql;

import dev.drover.catalog.WorkspaceId;
import dev.drover.files.Outputs;
import dev.drover.session.SessionId;
import dev.drover.store.OwnNode;
import dev.drover.store.Refusals;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

final class SqlOutputs implements Outputs {
  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final BlobRows blobs;
  private final InstantSource clock;

  SqlOutputs(Writer writer, Readers readers, OwnNode self, BlobRows blobs, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.blobs = blobs;
    this.clock = clock;
  }

  @Override
  public List<Output> known(SessionId session) {
    return readers.call(
        db ->
            db.list(
                "SELECT path, stamp, digest FROM output WHERE session_id = ?",
                row -> new Output(row.getString(1), row.getString(2), row.getString(3)),
                session.value()));
  }

  @Override
  public Set<String> present(SessionId session) {
    return Set.copyOf(
        readers.call(
            db ->
                db.list(
                    """
                    SELECT output.path FROM output JOIN file ON file.id = output.file_id
                    WHERE output.session_id = ?\
                    """,
                    row -> row.getString(1),
                    session.value())));
  }

  /// The session's row is locked first, as its deletion does.
  @Override
  public void add(WorkspaceId workspace, SessionId session, List<Found> contents) {
    writer.call(
        session.value(),
        (db, _) -> {
          if (SessionRows.take(db, session)
              .filter(row -> row.workspace().equals(workspace.value()))
              .isEmpty()) {
            throw Refusals.notFound(session);
          }
          blobs.lock(db, workspace);
          new OutputRows(db, session, clock.instant()).add(blobs, workspace, contents);
          return true;
        });
  }

  /// Forgets the outputs of a session.
  static void deleteAll(Db db, SessionId session) throws SQLException {
    OutputRows.deleteAll(db, session);
    db.update("DELETE FROM output_owed WHERE session_id = ?", session.value());
  }

  @Override
  public void owe(SessionId session) {
    writer.call(
        session.value(),
        (db, _) ->
            db.update(
                """
                INSERT INTO output_owed (session_id, place) VALUES (?, ?)
                ON CONFLICT (session_id, place) DO NOTHING\
                """,
                session.value(),
                self.place()));
  }

  @Override
  public void collected(SessionId session) {
    writer.call(
        session.value(),
        (db, _) ->
            db.update(
                "DELETE FROM output_owed WHERE session_id = ? AND place = ?",
                session.value(),
                self.place()));
  }

  @Override
  public boolean isOwed(SessionId session) {
    return readers.call(
            db ->
                db.number(
                    "SELECT COUNT(*) FROM output_owed WHERE session_id = ? AND place = ?",
                    session.value(),
                    self.place()))
        > 0;
  }

  @Override
  public Set<SessionId> owed() {
    return Set.copyOf(
        readers.call(
            db ->
                db.list(
                    "SELECT session_id FROM output_owed WHERE place = ?",
                    row -> new SessionId(row.getString(1)),
                    self.place())));
  }
}
