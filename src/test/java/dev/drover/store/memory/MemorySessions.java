package dev.drover.store.memory;

import dev.drover.base.Ids;
import dev.drover.base.Page;
import dev.drover.catalog.MemoryStoreId;
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
import dev.drover.session.SessionResource;
import dev.drover.session.Sessions;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.store.Awaited;
import dev.drover.store.Cursor;
import dev.drover.store.ForkFold;
import dev.drover.store.ImportCheck;
import dev.drover.store.OwnNode;
import dev.drover.store.Reception;
import dev.drover.store.Refusals;
import dev.drover.store.SessionState;
import dev.drover.store.Shown;
import dev.drover.store.memory.Table.Delivered;
import dev.drover.store.memory.Table.Row;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

final class MemorySessions implements Sessions {
  private final Table table;
  private final OwnNode self;
  private final Ids ids;
  private final InstantSource clock;

  MemorySessions(Table table, OwnNode self, Ids ids, InstantSource clock) {
    this.self = self;
    this.table = table;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Optional<Lease> create(Session session, List<Event.FromClient> events) {
    synchronized (table) {
      var row = new Row(session);
      if (table.rows.putIfAbsent(session.id(), row) != null) {
        throw new IllegalStateException("session " + session.id() + " is there already");
      }
      if (events.isEmpty()) {
        return Optional.empty();
      }
      var now = clock.instant();
      var received = Reception.of(row.state, events, Reception.Waiting.NOTHING, now);
      received.waiting().forEach(one -> row.inbox.put(one.event().id(), one));
      row.deliveries.add(new Delivered(Delivery.OF_CREATION, now, 0, received.events()));
      row.state = received.state().started(now);
      var lease = MemoryEventLog.claim(row, self);
      table.freed(self.name(), row);
      return lease;
    }
  }

  @Override
  public Fork fork(
      WorkspaceId workspace,
      SessionId id,
      ForkPoint at,
      boolean files,
      UnaryOperator<Session> make) {
    synchronized (table) {
      var from = row(workspace, id);
      var fold = new ForkFold(at);
      for (int i = 0; i < from.log.size() && !fold.isDone(); i++) {
        fold.add(from.log.get(i));
      }
      var copied = fold.end();
      var row = new Row(make.apply(show(from)).with(from.session.resources()));
      row.append(from.log.subList(0, (int) copied.head()));
      var event =
          new Event.Forked(
              new EventId(ids.next(EventId.PREFIX)),
              id,
              copied.head(),
              row.session.budget(),
              fold.usedHand() ? Optional.of(Fork.FILES_MISSING) : Optional.empty());
      var events = fold.continued(row.session, event, () -> new EventId(ids.next(EventId.PREFIX)));
      var forked = copied.continued(events, clock.instant());
      row.append(forked.events());
      row.state = forked.state();
      table.rows.put(row.session.id(), row);
      return new Fork(show(row), copied.head(), Optional.empty(), fold.usedHand());
    }
  }

  @Override
  public long settledAt(WorkspaceId workspace, SessionId id) {
    synchronized (table) {
      var fold = new ForkFold(new ForkPoint.Newest());
      row(workspace, id).log.forEach(fold::add);
      return fold.end().head();
    }
  }

  @Override
  public Session importSession(Session session, ExportedLog log) {
    var copied = ImportCheck.of(session.id(), log);
    var events = new ArrayList<Stored>();
    log.events().forEachRemaining(events::add);
    synchronized (table) {
      var row = new Row(session);
      row.append(events);
      var event = ImportCheck.event(new EventId(ids.next(EventId.PREFIX)), log, copied);
      var imported = copied.continued(event, clock.instant());
      row.append(imported.events());
      row.state = imported.state();
      table.rows.put(session.id(), row);
      return show(row);
    }
  }

  @Override
  public Updated update(WorkspaceId workspace, SessionId id, UnaryOperator<Session> change) {
    synchronized (table) {
      var row = row(workspace, id);
      var before = show(row);
      var after = change.apply(before);
      if (after.equals(before)) {
        return new Updated(before, Optional.empty());
      }
      var eventId = new EventId(ids.next(EventId.PREFIX));
      var updated = row.state.update(eventId, before, after, clock.instant());
      boolean claims = SessionState.mayResume(before, after) && updated.state().isFree();
      row.append(updated.events());
      row.session = after;
      row.state = updated.state();
      var lease = claims ? MemoryEventLog.claim(row, self) : Optional.<Lease>empty();
      table.publish(self.name(), id, Shown.logged(updated.events()));
      return new Updated(show(row), lease);
    }
  }

  @Override
  public long requestCompaction(
      WorkspaceId workspace, SessionId id, Optional<String> instructions) {
    synchronized (table) {
      var row = row(workspace, id);
      var event =
          new Event.CompactionRequested(new EventId(ids.next(EventId.PREFIX)), instructions);
      var asked = row.state.request(event, clock.instant());
      row.append(asked.events());
      row.state = asked.state();
      table.publish(self.name(), id, Shown.logged(asked.events()));
      return asked.state().head();
    }
  }

  @Override
  public Session getSession(WorkspaceId workspace, SessionId id) {
    synchronized (table) {
      return show(row(workspace, id));
    }
  }

  @Override
  public Session getSession(SessionId id) {
    synchronized (table) {
      return show(table.row(id));
    }
  }

  private Row row(WorkspaceId workspace, SessionId id) {
    var row = table.row(id);
    if (!row.session.workspace().equals(workspace)) {
      throw Refusals.notFound(id);
    }
    return row;
  }

  private static Session show(Row row) {
    return row.session.with(row.state.progress());
  }

  @Override
  public Page<Session> list(WorkspaceId workspace, Listing listing) {
    var from =
        Cursor.read(listing.page(), Cursor.Of.SESSIONS, listing.ascending())
            .map(cursor -> cursor.within(listing.from(), listing.to()));
    var order = Cursor.order(Cursor.upwards(from, listing.ascending()));
    List<Session> found;
    synchronized (table) {
      found =
          table.rows.values().stream()
              .filter(row -> row.session.workspace().equals(workspace))
              .map(MemorySessions::show)
              .filter(session -> matches(session, listing))
              .filter(session -> from.stream().allMatch(c -> order.compare(c, key(session)) < 0))
              .sorted(Comparator.comparing(MemorySessions::key, order))
              .limit(listing.limit() + 1L)
              .toList();
    }
    return Cursor.page(found, listing.limit(), from, listing.ascending(), MemorySessions::key);
  }

  @Override
  public Page<Session> waiting(WorkspaceId workspace, Waiting which) {
    var list = new Cursor.Of("WAITING");
    var from = Cursor.read(which.page(), list, true);
    var order = Cursor.order(true);
    List<Row> found;
    synchronized (table) {
      found =
          table.rows.values().stream()
              .filter(row -> row.session.workspace().equals(workspace))
              .filter(
                  row ->
                      overview(row)
                          .waiting()
                          .filter(reason -> which.reason().stream().allMatch(reason::equals))
                          .isPresent())
              .filter(row -> from.stream().allMatch(c -> order.compare(c, unchanged(row)) < 0))
              .sorted(Comparator.comparing(MemorySessions::unchanged, order))
              .limit(which.limit() + 1L)
              .toList();
      return Cursor.page(found, which.limit(), list, true, MemorySessions::unchanged)
          .each(row -> Optional.of(show(row)));
    }
  }

  private static Cursor unchanged(Row row) {
    return new Cursor(row.state.lastProcessed(), row.session.id().value());
  }

  @Override
  public long countWaiting(WorkspaceId workspace) {
    synchronized (table) {
      return table.rows.values().stream()
          .filter(row -> row.session.workspace().equals(workspace))
          .filter(row -> overview(row).waiting().isPresent())
          .limit(MOST_COUNTED)
          .count();
    }
  }

  @Override
  public List<Overview> overviews(List<SessionId> asked) {
    synchronized (table) {
      return asked.stream()
          .filter(table.rows::containsKey)
          .map(id -> overview(table.row(id)))
          .toList();
    }
  }

  private static Overview overview(Row row) {
    var state = row.state;
    var progress = state.progress();
    boolean paused =
        progress.status() == Status.IDLE
            && progress.boundary() < progress.lastRequest()
            && progress.archivedAt() == null
            && !state.owesWork();
    var calls = state.awaited().uses().stream().map(Awaited.Use::id).toList();
    return Overview.of(show(row), calls, paused);
  }

  private static boolean matches(Session session, Listing listing) {
    return (listing.includeArchived() || session.progress().archivedAt() == null)
        && (listing.statuses().isEmpty() || listing.statuses().contains(session.status()))
        && listing.agent().stream().allMatch(session.origin().agentId()::equals)
        && listing.agentVersion().stream()
            .allMatch(version -> version == session.origin().agentVersion())
        && listing.store().stream().allMatch(store -> has(session, store))
        && listing.from().stream().noneMatch(session.origin().createdAt()::isBefore)
        && listing.to().stream().noneMatch(session.origin().createdAt()::isAfter);
  }

  private static boolean has(Session session, MemoryStoreId store) {
    return session.resources().stream()
        .anyMatch(one -> one instanceof SessionResource.Attached has && has.store().equals(store));
  }

  private static Cursor key(Session session) {
    return new Cursor(session.origin().createdAt(), session.id().value());
  }

  @Override
  public Session archive(WorkspaceId workspace, SessionId id) {
    synchronized (table) {
      var row = row(workspace, id);
      if (!row.state.isArchived()) {
        row.state.mayArchive(id);
        var archived = row.state.archive(new EventId(ids.next(EventId.PREFIX)), clock.instant());
        row.append(archived.events());
        row.state = archived.state();
        row.inbox.clear();
        row.deliveries.clear();
        table.publish(self.name(), id, Shown.logged(archived.events()));
      }
      return show(row);
    }
  }

  @Override
  public void delete(WorkspaceId workspace, SessionId id) {
    synchronized (table) {
      var row = row(workspace, id);
      row.state.mayDelete();
      table.rows.remove(id);
      table.owe(Job.Order.removal(id), self.place(), clock.instant());
      var last = row.state.farewell(new EventId(ids.next(EventId.PREFIX)), clock.instant());
      table.publish(self.name(), id, List.of(last));
    }
  }
}
