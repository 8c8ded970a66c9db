package dev.drover.store.sql;

import dev.drover.base.Json;
import dev.drover.catalog.Blob;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Event;
import dev.drover.session.Job;
import dev.drover.session.SessionId;
import dev.drover.session.Snapshot;
import dev.drover.session.Snapshots;
import dev.drover.store.Micros;
import dev.drover.store.OwnNode;
import dev.drover.wire.EventCodec;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;

final class SqlSnapshots implements Snapshots {
  private static final String DISPATCHED = "drover.tool_dispatched";

  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final BlobRows blobs;
  private final InstantSource clock;

  SqlSnapshots(Writer writer, Readers readers, OwnNode self, BlobRows blobs, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.blobs = blobs;
    this.clock = clock;
  }

  @Override
  public Optional<Home> home(SessionId session) {
    return readers.call(
        db -> {
          var found = SnapshotRows.home(db, key(db, session));
          if (found.isEmpty()) {
            return Optional.empty();
          }
          var place = found.get().place();
          var node =
              db.first(
                  "SELECT id, host FROM node WHERE place = ? ORDER BY started_at DESC, id LIMIT 1",
                  row -> row.getString("id") + " on " + row.getString("host"),
                  place);
          return Optional.of(new Home(found.get().id(), place.equals(self.place()), node));
        });
  }

  @Override
  public boolean isHeldElsewhere(SessionId session) {
    return readers.call(
        db ->
            db.number(
                    "SELECT COUNT(*) FROM session WHERE id = ? AND node IS NOT NULL AND node <> ?",
                    session.value(),
                    self.name())
                > 0);
  }

  @Override
  public boolean settle(SessionId session, String home) {
    return writer.call(
        session.value(),
        (db, _) -> {
          var row = SessionRows.take(db, session);
          if (row.isEmpty()) {
            return false;
          }
          long key = row.get().key();
          SnapshotRows.settle(db, key, home, self.place());
          return SnapshotRows.home(db, key).filter(right -> right.id().equals(home)).isPresent();
        });
  }

  private static long key(Db db, SessionId session) throws SQLException {
    return db.first("SELECT key FROM session WHERE id = ?", row -> row.getLong(1), session.value())
        .orElse(-1L);
  }

  @Override
  public Optional<Snapshot> newest(SessionId session) {
    return readers.call(db -> SnapshotRows.newest(db, key(db, session)));
  }

  @Override
  public long head(SessionId session) {
    return readers.call(
        db ->
            db.first(
                    "SELECT head FROM session WHERE id = ?", row -> row.getLong(1), session.value())
                .orElse(0L));
  }

  @Override
  public long callsAfter(SessionId session, long position) {
    return readers.call(
        db ->
            db.number(
                "SELECT COUNT(*) FROM event WHERE session_key = ? AND position > ? AND type = ?",
                key(db, session),
                position,
                DISPATCHED));
  }

  @Override
  public Optional<String> untold(SessionId session) {
    return readers
        .call(db -> SnapshotRows.lastMove(db, key(db, session)))
        .map(EventCodec::read)
        .flatMap(
            event -> event instanceof Event.WorkspaceHome moved ? moved.note() : Optional.empty());
  }

  @Override
  public boolean keep(SessionId session, Snapshot snapshot, Blob layer, int kept) {
    return writer.call(
        session.value(),
        (db, _) -> {
          var row = SessionRows.take(db, session);
          if (row.isEmpty()) {
            return false;
          }
          long key = row.get().key();
          var home = SnapshotRows.home(db, key);
          var lower = snapshot.layers();
          boolean fits =
              lower.isEmpty()
                  || SnapshotRows.newest(db, key)
                      .filter(one -> one.layers().equals(lower))
                      .isPresent();
          if (!fits || home.filter(one -> one.id().equals(snapshot.home())).isEmpty()) {
            return false;
          }
          var workspace = new WorkspaceId(row.get().workspace());
          var content = blobs.keep(db, workspace, layer);
          SnapshotRows.add(db, key, snapshot, content);
          SnapshotRows.trim(db, blobs, workspace, key, kept);
          return true;
        });
  }

  @Override
  public void unchanged(SessionId session, Snapshot newest, long position) {
    writer.call(
        session.value(),
        (db, _) ->
            db.update(
                """
                UPDATE snapshot SET position = ?, taken_at = ?
                WHERE name = ? AND position < ? AND session_key = (SELECT key FROM session WHERE id = ?)\
                """,
                position,
                Micros.of(clock.instant()),
                newest.name(),
                position,
                session.value()));
  }

  @Override
  public void request(SessionId session) {
    writer.call(
        session.value(),
        (db, afterCommit) -> {
          var home = SnapshotRows.home(db, key(db, session));
          if (home.isPresent()) {
            var order = new Job.Order(TAKE, session.value(), Json.EMPTY, true);
            JobRows.owe(db, order, home.get().place(), clock.instant());
            afterCommit.freed(session); // makes other nodes look for work
          }
          return true;
        });
  }

  @Override
  public boolean isRequested(SessionId session) {
    return readers.call(
        db ->
            db.number(
                    "SELECT COUNT(*) FROM job WHERE key = ? AND kind = ? AND state = 'owed'",
                    session.value(),
                    TAKE)
                > 0);
  }
}
