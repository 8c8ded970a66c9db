package dev.drover.store.memory;

import dev.drover.base.Utf8;
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
import dev.drover.store.SessionState;
import dev.drover.store.Shown;
import dev.drover.store.memory.Table.Delivered;
import dev.drover.store.memory.Table.Row;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

final class MemoryEventLog implements EventLog {
  private final Table table;
  private final OwnNode self;
  private final InstantSource clock;

  MemoryEventLog(Table table, OwnNode self, InstantSource clock) {
    this.table = table;
    this.self = self;
    this.clock = clock;
  }

  @Override
  public Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
    synchronized (table) {
      var row = table.row(id);
      var now = clock.instant();
      row.deliveries.removeIf(earlier -> SessionState.isForgotten(earlier.at(), now));
      if (delivery.repeat()) {
        for (var earlier : row.deliveries.reversed()) {
          if (earlier.fingerprint().equals(delivery.fingerprint())) {
            return new Receipt(earlier.events(), Optional.empty());
          }
        }
      }
      long head = row.state.head();
      var received = Reception.of(row.state, events, waiting(row), now);
      row.state = received.state();
      received.waiting().forEach(one -> row.inbox.put(one.event().id(), one));
      row.append(received.logged());
      row.deliveries.add(new Delivered(delivery.fingerprint(), now, head, received.events()));
      table.publish(self.name(), id, Shown.received(received.events()));
      var lease = claim(row);
      table.freed(self.name(), row);
      return new Receipt(received.events(), lease);
    }
  }

  private static Reception.Waiting waiting(Row row) {
    var waiting = Reception.Waiting.NOTHING;
    for (var queued : row.inbox.values()) {
      waiting = waiting.and(queued);
    }
    return waiting;
  }

  @Override
  public Optional<Lease> claim(SessionId id) {
    synchronized (table) {
      return Optional.ofNullable(table.rows.get(id)).flatMap(this::claim);
    }
  }

  private Optional<Lease> claim(Row row) {
    if (!row.state.isFree()) {
      return Optional.empty();
    }
    return claim(row, self);
  }

  /// Has this node hold a session that nobody holds.
  static Optional<Lease> claim(Row row, OwnNode self) {
    long before = row.state.epoch();
    row.state = self.claim(row.state);
    return row.state.epoch() == before
        ? Optional.empty()
        : Optional.of(new Lease(row.session.id(), row.state.epoch()));
  }

  @Override
  public void release(Lease lease) {
    synchronized (table) {
      var row = table.rows.get(lease.session());
      if (row != null && self.honours(row.state, lease)) {
        row.state = row.state.released();
        table.freed(self.name(), row);
      }
    }
  }

  @Override
  public Emitted emitEvents(Lease lease, Emission emission) {
    synchronized (table) {
      var row = table.rows.get(lease.session());
      if (row == null) {
        return new Emitted.LeaseLost();
      }
      var earlier = earlier(row, emission);
      if (earlier.isPresent()) {
        return new Emitted.Appended(earlier.get());
      }
      if (!self.honours(row.state, lease)) {
        return new Emitted.LeaseLost();
      }
      if (row.state.movedSince(emission.ifReceived())) {
        return new Emitted.InboxMoved();
      }
      check(row, emission);
      var appended = row.state.append(emission, clock.instant());
      row.append(appended.events());
      row.state = appended.state();
      emission.entries().forEach(entry -> row.inbox.remove(entry.event().id()));
      table.publish(self.name(), lease.session(), Shown.logged(appended.events()));
      return new Emitted.Appended(appended.events());
    }
  }

  private static Optional<List<Stored>> earlier(Row row, Emission emission) {
    if (emission.entries().isEmpty()) {
      return Optional.empty();
    }
    var first = row.indexes.get(emission.entries().getFirst().event().id());
    return first == null
        ? Optional.empty()
        : Optional.of(
            List.copyOf(
                row.log.subList(
                    first, Math.min(row.log.size(), first + emission.entries().size()))));
  }

  private static void check(Row row, Emission emission) {
    var ids = new HashSet<>(row.indexes.keySet());
    var answered = new HashSet<>(row.answered);
    for (var entry : emission.entries()) {
      var event = entry.event();
      if (event instanceof Event.FromClient && !row.inbox.containsKey(event.id())) {
        throw new IllegalStateException("event " + event.id() + " is not in the inbox");
      }
      if (!ids.add(event.id())) {
        throw new IllegalStateException("event " + event.id() + " is in the log");
      }
      if (event instanceof Event.ToolResult result && !answered.add(result.toolUseId())) {
        throw new IllegalStateException("a call of " + row.session.id() + " has a result");
      }
    }
  }

  @Override
  public List<Stored> getEvents(SessionId id, Slice slice) {
    synchronized (table) {
      var exact = slice.isBounded() ? measure(id, slice).slice() : slice;
      return read(id, exact, exact.limit());
    }
  }

  @Override
  public Extent measure(SessionId id, Slice slice) {
    synchronized (table) {
      var row = table.rows.get(id);
      var sizes =
          read(id, slice, slice.limit() + 1L).stream()
              .map(stored -> new Extent.Size(stored.position(), bytes(stored)))
              .toList();
      return Extent.of(slice, sizes, row == null ? 0 : waiting(row).bytes());
    }
  }

  private static long bytes(Stored stored) {
    var hidden = stored.hidden();
    return Utf8.length(stored.json()) + (hidden == null ? 0 : Utf8.length(hidden.toString()));
  }

  private List<Stored> read(SessionId id, Slice slice, long limit) {
    synchronized (table) {
      var row = table.rows.get(id);
      if (row == null) {
        return List.of();
      }
      int size = row.log.size();
      var indexes =
          slice.ascending()
              ? IntStream.range(Math.clamp(slice.after(), 0, size), size)
              : IntStream.iterate(
                  (int) Math.min(slice.after() - 1, size) - 1, i -> i >= 0, i -> i - 1);
      return indexes
          .mapToObj(row.log::get)
          .filter(stored -> matches(stored, slice))
          .limit(limit)
          .toList();
    }
  }

  private static boolean matches(Stored stored, Slice slice) {
    return slice.thread().stream().allMatch(stored.thread()::equals)
        && (!slice.visible() || stored.event().isVisible())
        && (slice.types().isEmpty() || slice.types().contains(EventCodec.type(stored.event())))
        && slice.from().stream().noneMatch(from -> stored.processedAt().isBefore(from))
        && slice.to().stream().noneMatch(to -> stored.processedAt().isAfter(to));
  }

  @Override
  public Inbox inbox(SessionId id) {
    synchronized (table) {
      var row = table.rows.get(id);
      return row == null
          ? new Inbox(0, 0, List.of())
          : new Inbox(row.state.received(), row.state.head(), List.copyOf(row.inbox.values()));
    }
  }

  @Override
  public List<Send> sends(SessionId id, Duration within) {
    synchronized (table) {
      var row = table.rows.get(id);
      var since = clock.instant().minus(within);
      return row == null
          ? List.of()
          : row.deliveries.stream()
              .filter(one -> one.at().isAfter(since))
              .map(one -> new Send(one.head(), one.events()))
              .toList();
    }
  }

  @Override
  public List<SessionId> unfinished() {
    synchronized (table) {
      return table.rows.values().stream()
          .filter(row -> row.state.isFree() && row.state.owesWork())
          .map(row -> row.session.id())
          .toList();
    }
  }
}
