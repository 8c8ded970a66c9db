package dev.drover.sim;

import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Jobs;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.Receipt;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.testing.EventLogView;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// A mistake that is planted, to see whether the simulator finds it.
enum Defect {
  NONE,
  /// An append with an old lease goes through.
  NO_FENCE,
  /// A brain does not see that an earlier one handed a call over.
  RERUNS_LOST_CALLS,
  /// A brain goes to rest although something was received.
  IGNORES_RECEIVED,
  /// A doubled send is a new one.
  FORGETS_REPEATS,
  /// A node does not look for sessions that are its own and that it has no brain for.
  FORGETS_LOST_CLAIMS,
  /// A node does not look for jobs that are its own and that it does not do.
  FORGETS_LOST_JOBS,
  /// A node does not look for copies of what deleted sessions left.
  FORGETS_COPIES;

  EventLog around(World world, EventLog log) {
    return switch (this) {
      case NONE, FORGETS_LOST_CLAIMS, FORGETS_LOST_JOBS, FORGETS_COPIES -> log;
      case NO_FENCE -> new NoFence(world, log);
      case RERUNS_LOST_CALLS -> new Amnesiac(log);
      case IGNORES_RECEIVED -> new Sleepy(log);
      case FORGETS_REPEATS -> new Repeating(log);
    };
  }

  Nodes around(Nodes nodes) {
    return this == FORGETS_LOST_CLAIMS
        ? (Nodes)
            Proxy.newProxyInstance(
                Nodes.class.getClassLoader(),
                new Class<?>[] {Nodes.class},
                (_, method, arguments) ->
                    method.getName().equals("held") ? List.of() : method.invoke(nodes, arguments))
        : nodes;
  }

  Jobs around(Jobs jobs) {
    return switch (this) {
      case FORGETS_LOST_JOBS -> without(jobs, "held", List.of());
      case FORGETS_COPIES -> without(jobs, "remembered", Set.of());
      default -> jobs;
    };
  }

  private static Jobs without(Jobs jobs, String name, Object nothing) {
    return (Jobs)
        Proxy.newProxyInstance(
            Jobs.class.getClassLoader(),
            new Class<?>[] {Jobs.class},
            (_, method, arguments) ->
                method.getName().equals(name) ? nothing : method.invoke(jobs, arguments));
  }

  private record NoFence(World world, EventLog log) implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      var emitted = log.emitEvents(lease, emission);
      if (emitted instanceof Emitted.LeaseLost) {
        for (var node : world.nodes) {
          for (var held : node.server().store.nodes().held()) {
            if (held.session().equals(lease.session())) {
              world.epochs.wrote(lease);
              return node.server().store.eventLog().emitEvents(held, emission);
            }
          }
        }
      }
      return emitted;
    }
  }

  private record Amnesiac(EventLog log) implements EventLogView {
    @Override
    public List<Stored> getEvents(SessionId id, Slice slice) {
      return log.getEvents(id, slice).stream().map(Amnesiac::forgotten).toList();
    }

    private static Stored forgotten(Stored stored) {
      return stored.event() instanceof Event.ToolDispatched e
          ? new Stored(
              stored.position(),
              stored.processedAt(),
              stored.thread(),
              new Event.ToolDispatched(e.id(), new EventId("sevt_another"), e.attempt(), e.hand()),
              stored.json(),
              stored.hidden())
          : stored;
    }
  }

  private record Sleepy(EventLog log) implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission it) {
      return log.emitEvents(
          lease,
          new Emission(
              it.entries(),
              it.ifReceived().isPresent()
                  ? OptionalLong.of(log.inbox(lease.session()).received())
                  : it.ifReceived(),
              it.rests(),
              it.known()));
    }
  }

  private record Repeating(EventLog log) implements EventLogView {
    @Override
    public Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
      return log.receive(id, events, new Delivery(delivery.fingerprint(), false));
    }
  }
}
