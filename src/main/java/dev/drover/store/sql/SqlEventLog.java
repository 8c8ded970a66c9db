package dev.drover.store.sql;

import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Extent;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Receipt;
import dev.drover.session.Send;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.store.OwnNode;
import dev.drover.store.Reception;
import dev.drover.store.Refusals;
import dev.drover.store.SessionState;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

final class SqlEventLog implements EventLog {
  private final Writer writer;
  private final Readers readers;
  private final OwnNode self;
  private final WebhookOutbox outbox;
  private final InstantSource clock;

  SqlEventLog(
      Writer writer, Readers readers, OwnNode self, WebhookOutbox outbox, InstantSource clock) {
    this.writer = writer;
    this.readers = readers;
    this.self = self;
    this.outbox = outbox;
    this.clock = clock;
  }

  @Override
  public Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
    return writer.call(
        id.value(),
        (db, afterCommit) -> {
          var row = SessionRows.take(db, id).orElseThrow(() -> Refusals.notFound(id));
          var now = clock.instant();
          if (delivery.repeat()) {
            var earlier = Deliveries.of(db, row.key(), delivery.fingerprint(), now);
            if (earlier.isPresent()) {
              return new Receipt(earlier.get(), Optional.empty());
            }
          }
          var before = row.state();
          var waiting = InboxRows.tidied(db, row.key(), before.received(), now);
          var received = Reception.of(before, events, waiting, now);
          InboxRows.insert(db, row.key(), delivery.fingerprint(), now, before.head(), received);
          EventRows.append(db, row.key(), id, before.epoch(), received.logged());
          afterCommit.received(id, received.events(), received.logged());
          var state = received.state();
          var claimed = state.isFree() ? self.claim(state) : state;
          SessionRows.keep(db, id, row.with(claimed));
          afterCommit.freed(id, claimed);
          return new Receipt(received.events(), lease(id, state, claimed));
        });
  }

  static Optional<Lease> lease(SessionId id, SessionState before, SessionState after) {
    return after.epoch() == before.epoch()
        ? Optional.empty()
        : Optional.of(new Lease(id, after.epoch()));
  }

  @Override
  public Optional<Lease> claim(SessionId id) {
    return writer.call(
        id.value(),
        (db, _) -> {
          var row = SessionRows.take(db, id).filter(one -> one.state().isFree());
          if (row.isEmpty()) {
            return Optional.empty();
          }
          var claimed = self.claim(row.get().state());
          SessionRows.keep(db, id, row.get().with(claimed));
          return lease(id, row.get().state(), claimed);
        });
  }

  @Override
  public void release(Lease lease) {
    writer.call(
        lease.session().value(),
        (db, afterCommit) -> {
          var row = SessionRows.take(db, lease.session());
          if (row.isPresent() && self.honours(row.get().state(), lease)) {
            var released = row.get().state().released();
            SessionRows.keep(db, lease.session(), row.get().with(released));
            afterCommit.freed(lease.session(), released);
          }
          return true;
        });
  }

  @Override
  public Emitted emitEvents(Lease lease, Emission emission) {
    return writer.call(
        lease.session().value(),
        (db, afterCommit) -> {
          var id = lease.session();
          var row = SessionRows.take(db, id);
          if (row.isEmpty()) {
            return new Emitted.LeaseLost();
          }
          var state = row.get().state();
          if (!self.honours(state, lease)) {
            return earlier(db, id, state, emission).orElse(new Emitted.LeaseLost());
          }
          if (state.movedSince(emission.ifReceived())) {
            return earlier(db, id, state, emission).orElse(new Emitted.InboxMoved());
          }
          var earlier = earlier(db, id, state, emission);
          if (earlier.isPresent()) {
            return earlier.get();
          }
          var appended = state.append(emission, clock.instant());
          var events = appended.events();
          EventRows.append(db, row.get().key(), id, lease.epoch(), events);
          SnapshotRows.follow(db, row.get().key(), events, self.place());
          outbox.add(db, afterCommit, row.get(), id, events);
          InboxRows.processed(db, row.get().key(), events);
          SessionRows.keep(db, id, row.get().with(appended.state()));
          afterCommit.logged(id, events);
          return new Emitted.Appended(events);
        });
  }

  /// The stored events of an emission that was appended before, which are all of its events; empty
  /// if it was not. Nothing is read if the caller knows the whole log, as a brain does except for
  /// events that clients have just sent.
  ///
  /// @throws IllegalStateException if the log has one of its events but not the first
  private static Optional<Emitted> earlier(
      Db db, SessionId id, SessionState state, Emission emission) throws SQLException {
    int entries = emission.entries().size();
    if (entries == 0 || state.head() <= emission.known()) {
      return Optional.empty();
    }
    var ids = emission.entries().stream().map(entry -> entry.event().id().value()).toList();
    var found = EventRows.find(db, id, emission.known(), Set.copyOf(ids));
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (!found.get().id().equals(ids.getFirst())) {
      throw new IllegalStateException("event " + found.get().id() + " is in the log");
    }
    var slice = Slice.after(found.get().position() - 1, entries).within(entries, Long.MAX_VALUE);
    return Optional.of(
        new Emitted.Appended(
            EventRows.slice(db, id, slice).stream().map(EventRows.Raw::read).toList()));
  }

  @Override
  public List<Stored> getEvents(SessionId id, Slice slice) {
    return readers.call(db -> EventRows.slice(db, id, slice)).stream()
        .map(EventRows.Raw::read)
        .toList();
  }

  @Override
  public Extent measure(SessionId id, Slice slice) {
    return readers.call(db -> EventRows.measure(db, id, slice));
  }

  @Override
  public Inbox inbox(SessionId id) {
    return InboxRows.inbox(readers.call(db -> InboxRows.read(db, id)));
  }

  @Override
  public List<Send> sends(SessionId id, Duration within) {
    return readers.call(db -> Deliveries.since(db, id, within));
  }

  @Override
  public List<SessionId> unfinished() {
    return readers.call(
        db ->
            db.list(
                SqlNodes.UNFINISHED, row -> new SessionId(row.getString(1)), Integer.MAX_VALUE));
  }
}
