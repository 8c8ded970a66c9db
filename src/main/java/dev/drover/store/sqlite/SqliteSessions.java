package dev.drover.store.sqlite;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.catalog.WorkspaceId;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Lease;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.store.Cursor;
import dev.drover.store.Reception;
import dev.drover.store.Refusals;
import dev.drover.store.SessionState;
import dev.drover.store.Shown;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

final class SqliteSessions implements Sessions {
  private static final String BY_ID = OriginRows.SELECT + " WHERE session.id = ?";

  private final Writer writer;
  private final Readers readers;
  private final SessionRows rows;
  private final String node;
  private final Ids ids;
  private final InstantSource clock;

  SqliteSessions(Writer writer, Readers readers, String node, Ids ids, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.node = node;
    this.ids = ids;
    this.clock = clock;
    rows = new SessionRows(node);
  }

  @Override
  public Optional<Lease> create(Session session, List<Event.FromClient> events) {
    var origin = OriginRows.write(session);
    var id = session.id();
    return writer.call(
        (db, _) -> {
          SessionRows.insert(db, session);
          OriginRows.insert(db, origin);
          if (events.isEmpty()) {
            return Optional.empty();
          }
          var now = clock.instant();
          var received = Reception.of(SessionState.of(session), events, 0, now);
          InboxRows.insert(db, session.workspace().value(), id, received.waiting());
          var claimed = received.state().started(now).claimedBy(node);
          SessionRows.keep(db, id, claimed);
          return Optional.of(new Lease(id, claimed.epoch()));
        });
  }

  @Override
  public Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change) {
    return writer.call(
        (db, outbox) -> {
          var state = take(db, workspace, id);
          var before = db.first(BY_ID, OriginRows.Raw::of, id.value()).orElseThrow().read();
          var after = change.apply(before);
          if (after.equals(before)) {
            return new Updated(before, Optional.empty());
          }
          var eventId = new EventId(ids.next(EventId.PREFIX));
          var updated = state.update(eventId, before, after, clock.instant());
          boolean claims = SessionState.mayResume(before, after) && updated.state().isFree();
          var next = claims ? updated.state().claimedBy(node) : updated.state();
          EventRows.append(db, workspace.value(), id, updated.events());
          OriginRows.update(db, after);
          SessionRows.keep(db, id, next);
          outbox.add(id, Shown.logged(updated.events()));
          return new Updated(
              next.fold().in(after),
              claims ? Optional.of(new Lease(id, next.epoch())) : Optional.empty());
        });
  }

  @Override
  public Session getSession(WorkspaceId workspace, SessionId id) {
    return readers
        .call(
            db ->
                db.first(
                    OriginRows.SELECT + " WHERE session.workspace_id = ? AND session.id = ?",
                    OriginRows.Raw::of,
                    workspace.value(),
                    id.value()))
        .orElseThrow(() -> Refusals.notFound(id))
        .read();
  }

  @Override
  public Session getSession(SessionId id) {
    return readers
        .call(db -> db.first(BY_ID, OriginRows.Raw::of, id.value()))
        .orElseThrow(() -> Refusals.notFound(id))
        .read();
  }

  @Override
  public Page<Session> list(WorkspaceId workspace, Listing listing) {
    var from =
        Cursor.read(listing.page(), Cursor.Of.SESSIONS, listing.ascending())
            .map(cursor -> cursor.within(listing.from(), listing.to()));
    var query = SessionQuery.of(workspace, listing, from);
    var found =
        readers.call(db -> db.list(query.sql(), OriginRows.Raw::of, query.values())).stream()
            .map(OriginRows.Raw::read)
            .toList();
    return Cursor.page(
        found,
        listing.limit(),
        from,
        listing.ascending(),
        session -> new Cursor(session.createdAt(), session.id().value()));
  }

  @Override
  public Session archive(WorkspaceId workspace, SessionId id) {
    writer.call(
        (db, outbox) -> {
          var state = take(db, workspace, id);
          if (!state.isArchived()) {
            state.mayArchive(id);
            var archived = state.archive(new EventId(ids.next(EventId.PREFIX)), clock.instant());
            EventRows.append(db, workspace.value(), id, archived.events());
            SessionRows.keep(db, id, archived.state());
            InboxRows.drop(db, id);
            outbox.add(id, Shown.logged(archived.events()));
          }
          return true;
        });
    return getSession(workspace, id);
  }

  @Override
  public void delete(WorkspaceId workspace, SessionId id) {
    writer.call(
        (db, outbox) -> {
          var state = take(db, workspace, id);
          state.mayDelete();
          InboxRows.drop(db, id);
          db.update("DELETE FROM event WHERE session_id = ?", id.value());
          db.update("DELETE FROM session_origin WHERE session_id = ?", id.value());
          db.update("DELETE FROM session WHERE id = ?", id.value());
          var last = state.farewell(new EventId(ids.next(EventId.PREFIX)), clock.instant());
          outbox.add(id, List.of(last));
          return true;
        });
  }

  private SessionState take(Db db, WorkspaceId workspace, SessionId id) throws SQLException {
    return rows.take(db, id)
        .filter(row -> row.workspace().equals(workspace.value()))
        .map(SessionRows.Row::state)
        .orElseThrow(() -> Refusals.notFound(id));
  }
}
