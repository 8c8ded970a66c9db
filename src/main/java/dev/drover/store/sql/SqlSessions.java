package dev.drover.store.sql;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ExportedLog;
import dev.drover.session.Fork;
import dev.drover.session.ForkPoint;
import dev.drover.session.Job;
import dev.drover.session.Lease;
import dev.drover.session.Overview;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Snapshot;
import dev.drover.store.Cursor;
import dev.drover.store.ForkFold;
import dev.drover.store.ImportCheck;
import dev.drover.store.Micros;
import dev.drover.store.OwnNode;
import dev.drover.store.Reception;
import dev.drover.store.Refusals;
import dev.drover.store.SessionState;
import dev.drover.webhooks.WebhookType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

final class SqlSessions implements Sessions {
  private static final String BY_ID = SessionOriginRows.SELECT + " WHERE session.id = ?";

  /// The maximum number of events that are read at once.
  private static final int PAGE = 500;

  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final BlobRows blobs;
  private final WebhookOutbox outbox;
  private final Ids ids;
  private final InstantSource clock;

  SqlSessions(
      Writer writer,
      Readers readers,
      OwnNode self,
      BlobRows blobs,
      WebhookOutbox outbox,
      Ids ids,
      InstantSource clock) {
    this.blobs = blobs;
    this.outbox = outbox;
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Optional<Lease> create(Session session, List<Event.FromClient> events) {
    var origin = SessionOriginRows.write(session);
    var id = session.id();
    return writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = inserted(db, afterCommit, session, origin);
          if (events.isEmpty()) {
            SessionRows.keep(db, id, row);
            return Optional.empty();
          }
          var now = clock.instant();
          var received = Reception.of(row.state(), events, Reception.Waiting.NOTHING, now);
          InboxRows.insert(db, row.key(), Delivery.OF_CREATION, now, 0, received);
          var state = received.state().started(now);
          var claimed = self.claim(state);
          SessionRows.keep(db, id, row.with(claimed));
          afterCommit.freed(id, claimed);
          return SqlEventLog.lease(id, state, claimed);
        });
  }

  /// Inserts the rows of a new session, except for its log, its inbox and its state.
  private SessionRows.Row inserted(
      Db db, AfterCommit afterCommit, Session session, @Nullable Object[] origin)
      throws SQLException {
    var id = session.id();
    var row = SessionRows.insert(db, session);
    SessionOriginRows.insert(db, row.key(), origin);
    if (!session.resources().isEmpty()) {
      SqlSessionResources.insert(
          db, blobs, session.workspace(), id, row.key(), session.resources());
    }
    SkillRows.pin(db, blobs, row.key(), session.workspace(), session.agent());
    var created = session.origin().createdAt();
    outbox.add(db, afterCommit, row, id, WebhookType.SESSION_CREATED, created);
    return row;
  }

  @Override
  public Session importSession(Session session, ExportedLog log) {
    var id = session.id();
    var copied = ImportCheck.of(id, log);
    var origin = SessionOriginRows.write(session);
    return writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = inserted(db, afterCommit, session, origin);
          EventRows.copy(db, row.key(), id, log.events());
          var event = ImportCheck.event(new EventId(ids.next(EventId.PREFIX)), log, copied);
          var imported = copied.continued(event, clock.instant());
          EventRows.append(db, row.key(), id, 0, imported.events());
          SessionRows.keep(db, id, row.with(imported.state()));
          return session.with(imported.state().progress());
        });
  }

  @Override
  public long settledAt(WorkspaceId workspace, SessionId id) {
    getSession(workspace, id);
    var fold = new ForkFold(new ForkPoint.Newest());
    fold(id, fold);
    return fold.end().head();
  }

  @Override
  public Fork fork(
      WorkspaceId workspace,
      SessionId id,
      ForkPoint at,
      boolean files,
      UnaryOperator<Session> make) {
    getSession(workspace, id);
    var fold = new ForkFold(at);
    fold(id, fold);
    var copied = fold.end(); // what is in the log by now never changes
    return writer.call(
        id.value(),
        (db, afterCommit) -> {
          var from = take(db, workspace, id);
          var raw = SessionOriginRows.first(db, BY_ID, id.value()).orElseThrow();
          var before = raw.read();
          SessionCopy.check(db, from.key(), before, raw.counted());
          var made = make.apply(before);
          var row = SessionRows.insert(db, made);
          SessionOriginRows.insert(db, row.key(), SessionOriginRows.write(made));
          var copy = new SessionCopy(db, blobs, workspace, from.key(), row.key());
          copy.events(copied.head());
          copy.skills();
          copy.toolOutputs();
          var resources =
              SqlSessionResources.copy(
                  db, blobs, workspace, made.id(), row.key(), before.resources(), ids);
          var snapshot = files ? copy.snapshot(copied.head()) : Optional.<Snapshot>empty();
          boolean had = fold.usedHand() || (copied.progress().started() && copy.hasFiles());
          boolean missing = had && snapshot.isEmpty();
          var event =
              new Event.Forked(
                  new EventId(ids.next(EventId.PREFIX)),
                  id,
                  copied.head(),
                  made.budget(),
                  missing ? Optional.of(Fork.FILES_MISSING) : Optional.empty());
          var events = fold.continued(made, event, () -> new EventId(ids.next(EventId.PREFIX)));
          var forked = copied.continued(events, clock.instant());
          EventRows.append(db, row.key(), made.id(), 0, forked.events());
          var created = made.origin().createdAt();
          outbox.add(db, afterCommit, row, made.id(), WebhookType.SESSION_CREATED, created);
          SessionRows.keep(db, made.id(), row.with(forked.state()));
          var session = made.with(resources).with(forked.state().progress());
          return new Fork(session, copied.head(), snapshot, missing);
        });
  }

  private void fold(SessionId id, ForkFold fold) {
    while (!fold.isDone()) {
      var slice = Slice.after(fold.position(), PAGE);
      var page = readers.call(db -> EventRows.slice(db, id, slice));
      if (page.isEmpty()) {
        return;
      }
      for (var raw : page) {
        if (fold.isDone()) {
          return;
        }
        fold.add(raw.read());
      }
    }
  }

  @Override
  public Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change) {
    return writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = take(db, workspace, id);
          var state = row.state();
          var before = SessionOriginRows.first(db, BY_ID, id.value()).orElseThrow().read();
          var after = change.apply(before);
          if (after.equals(before)) {
            return new Updated(before, Optional.empty());
          }
          var eventId = new EventId(ids.next(EventId.PREFIX));
          var updated = state.update(eventId, before, after, clock.instant());
          boolean claims = SessionState.mayResume(before, after) && updated.state().isFree();
          var next = claims ? self.claim(updated.state()) : updated.state();
          EventRows.append(db, row.key(), id, state.epoch(), updated.events());
          SessionOriginRows.update(db, row.key(), after);
          outbox.add(db, afterCommit, row, id, updated.events());
          SessionRows.keep(db, id, row.with(next));
          afterCommit.logged(id, updated.events());
          return new Updated(after.with(next.progress()), SqlEventLog.lease(id, state, next));
        });
  }

  @Override
  public long requestCompaction(
      WorkspaceId workspace, SessionId id, Optional<String> instructions) {
    return writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = take(db, workspace, id);
          var event =
              new Event.CompactionRequested(new EventId(ids.next(EventId.PREFIX)), instructions);
          var asked = row.state().request(event, clock.instant());
          EventRows.append(db, row.key(), id, row.state().epoch(), asked.events());
          SessionRows.keep(db, id, row.with(asked.state()));
          afterCommit.logged(id, asked.events());
          return asked.state().head();
        });
  }

  @Override
  public Session getSession(WorkspaceId workspace, SessionId id) {
    return readers
        .call(
            db ->
                SessionOriginRows.first(
                    db,
                    SessionOriginRows.SELECT + " WHERE session.workspace_id = ? AND session.id = ?",
                    workspace.value(),
                    id.value()))
        .orElseThrow(() -> Refusals.notFound(id))
        .read();
  }

  @Override
  public Session getSession(SessionId id) {
    return readers
        .call(db -> SessionOriginRows.first(db, BY_ID, id.value()))
        .orElseThrow(() -> Refusals.notFound(id))
        .read();
  }

  @Override
  public Page<Session> list(WorkspaceId workspace, Listing listing) {
    var from =
        Cursor.read(listing.page(), Cursor.Of.SESSIONS, listing.ascending())
            .map(cursor -> cursor.within(listing.from(), listing.to()));
    var query = SessionQuery.of(workspace, listing, from).sized();
    var found =
        readers.call(
            db -> {
              var rows = query.run(db, listing.limit(), SqlSessions::listed);
              return rows.with(SessionOriginRows.equipped(db, rows.items()));
            });
    return Cursor.page(found.items(), found.limit(), from, listing.ascending(), Listed::at)
        .each(listed -> listed.read(SessionOriginRows.Raw::read));
  }

  @Override
  public Page<Session> waiting(WorkspaceId workspace, Waiting which) {
    var query = WaitingRows.query(workspace, which);
    var found =
        readers.call(
            db -> {
              var rows = query.run(db, which.limit(), WaitingRows::listed);
              return rows.with(SessionOriginRows.equipped(db, rows.items()));
            });
    return Cursor.page(found.items(), found.limit(), WaitingRows.LIST, true, Listed::at)
        .each(listed -> listed.read(SessionOriginRows.Raw::read));
  }

  @Override
  public long countWaiting(WorkspaceId workspace) {
    return readers.call(db -> WaitingRows.count(db, workspace));
  }

  @Override
  public List<Overview> overviews(List<SessionId> ids) {
    return ids.isEmpty() ? List.of() : readers.call(db -> WaitingRows.overviews(db, ids));
  }

  private static Listed<SessionOriginRows.Raw> listed(ResultSet row) throws SQLException {
    var at = new Cursor(Micros.instant(row.getLong("created_at")), row.getString("id"));
    return Listed.of(at, "session " + at.id(), row, SessionOriginRows.Raw::of);
  }

  @Override
  public Session archive(WorkspaceId workspace, SessionId id) {
    writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = take(db, workspace, id);
          var state = row.state();
          if (!state.isArchived()) {
            state.mayArchive(id);
            var now = clock.instant();
            var archived = state.archive(new EventId(ids.next(EventId.PREFIX)), now);
            EventRows.append(db, row.key(), id, archived.state().epoch(), archived.events());
            SessionRows.keep(db, id, row.with(archived.state()));
            InboxRows.drop(db, row.key());
            outbox.add(db, afterCommit, row, id, archived.events());
            outbox.add(db, afterCommit, row, id, WebhookType.SESSION_ARCHIVED, now);
            afterCommit.logged(id, archived.events());
          }
          return true;
        });
    return getSession(workspace, id);
  }

  @Override
  public void delete(WorkspaceId workspace, SessionId id) {
    writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = take(db, workspace, id);
          var state = row.state();
          state.mayDelete();
          SkillRows.unpin(db, blobs, row.key(), workspace);
          for (var table :
              List.of("inbox", "event", "thread", "session_placeholder", "session_origin")) {
            db.update("DELETE FROM " + table + " WHERE session_key = ?", row.key());
          }
          db.update("DELETE FROM session WHERE key = ?", row.key());
          SqlSessionResources.removeAll(db, blobs, workspace, id, row.key(), clock.instant());
          FileRows.deleteAll(db, blobs, workspace, id);
          SnapshotRows.deleteAll(db, blobs, workspace, row.key());
          SqlOutputs.deleteAll(db, id);
          SqlToolOutputs.deleteAll(db, blobs, workspace, row.key());
          var now = clock.instant();
          JobRows.owe(db, Job.Order.removal(id), self.place(), now);
          outbox.add(db, afterCommit, row, id, WebhookType.SESSION_DELETED, now);
          var last = state.farewell(new EventId(ids.next(EventId.PREFIX)), now);
          afterCommit.deleted(id, last);
          return true;
        });
  }

  static SessionRows.Row take(Db db, WorkspaceId workspace, SessionId id) throws SQLException {
    return SessionRows.take(db, id)
        .filter(row -> row.workspace().equals(workspace.value()))
        .orElseThrow(() -> Refusals.notFound(id));
  }
}
