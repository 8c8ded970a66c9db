package dev.drover.telemetry;

import dev.drover.session.Delivery;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Extent;
import dev.drover.session.Feed;
import dev.drover.session.Inbox;
import dev.drover.session.Lease;
import dev.drover.session.Receipt;
import dev.drover.session.Send;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.session.Slice;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A session log whose appends are measured, and from which [Turns] follows the turns. An append
/// that is repeated after an unknown outcome is counted twice.
public final class MeteredLog implements EventLog {
  private final EventLog log;
  private final Meters meters;
  private final Turns turns;

  private MeteredLog(EventLog log, Meters meters, Turns turns) {
    this.log = log;
    this.meters = meters;
    this.turns = turns;
  }

  /// The turns, which both the feed and the log report to.
  public static final class Seam {
    private final Meters meters;
    private final Turns turns;

    public Seam(Meters meters) {
      this.meters = meters;
      turns = new Turns(meters);
    }

    /// The observer to pass to the feed.
    public Feed.Tap tap() {
      return turns;
    }

    public EventLog around(EventLog log) {
      return new MeteredLog(log, meters, turns);
    }

    public Sessions around(Sessions sessions) {
      return new MeteredSessions(sessions, meters, turns);
    }
  }

  @Override
  public Receipt receive(SessionId id, List<Event.FromClient> events, Delivery delivery) {
    int waiting =
        (int) events.stream().filter(MeteredLog::waits).count() - (endsWithAnswer(events) ? 1 : 0);
    int messages = (int) events.stream().filter(Event.UserMessage.class::isInstance).count();
    long start = System.nanoTime();
    // counted first, because a brain may process the events before this call returns
    turns.asked(id, waiting, messages);
    boolean received = false;
    try {
      var receipt = log.receive(id, events, delivery);
      received = receipt.events().stream().anyMatch(queued -> events.contains(queued.event()));
      if (received && receipt.lease().isPresent()) {
        turns.startsHere(id);
      } else if (received) {
        turns.heldBySomeNode(id);
      }
      return receipt;
    } finally {
      if (received) {
        measure("receive", start, events.size());
        events.forEach(event -> meters.received.increment(type(event)));
      } else {
        turns.refused(id, waiting);
      }
    }
  }

  /// Whether an event waits in the inbox until a brain processes it.
  private static boolean waits(Event event) {
    return event instanceof Event.UserMessage
        || event instanceof Event.UserInterrupt
        || event instanceof Event.SystemMessage;
  }

  /// Whether the system message of the request is appended together with the answer before it.
  private static boolean endsWithAnswer(List<Event.FromClient> events) {
    return events.size() > 1
        && events.getLast() instanceof Event.SystemMessage
        && events.get(events.size() - 2) instanceof Event.Answer;
  }

  @Override
  public Emitted emitEvents(Lease lease, Emission emission) {
    long start = System.nanoTime();
    var emitted = log.emitEvents(lease, emission);
    if (emitted instanceof Emitted.Appended) {
      measure("emit", start, emission.entries().size());
      int taken = 0;
      for (var entry : emission.entries()) {
        meters.events.increment(type(entry.event()));
        turns.appended(lease.session(), entry.event());
        taken += waits(entry.event()) ? 1 : 0;
        if (entry.event() instanceof Event.StatusIdle idle) {
          turns.idle(lease.session(), idle.reason(), () -> logged(lease.session(), idle));
        }
      }
      if (taken > 0) {
        turns.taken(lease.session(), taken);
      }
      if (emission.rests()) {
        turns.rested(lease.session());
      }
    } else if (emitted instanceof Emitted.LeaseLost) {
      turns.gone(lease.session());
    }
    return emitted;
  }

  /// The append has succeeded, so a failure to read must not make it fail.
  private LoggedTurn logged(SessionId session, Event.StatusIdle idle) {
    try {
      return LoggedTurn.read(log, session, idle.id());
    } catch (RuntimeException _) {
      return LoggedTurn.UNKNOWN;
    }
  }

  private void measure(String kind, long start, int events) {
    meters.appendSeconds.since(start, kind);
    meters.appendEvents.observe(events, kind);
  }

  static String type(Event event) {
    return event instanceof Event.Unknown ? "other" : EventCodec.type(event);
  }

  @Override
  public Optional<Lease> claim(SessionId id) {
    var lease = log.claim(id);
    if (lease.isPresent()) {
      turns.found(id, log.inbox(id).queued().size());
    }
    return lease;
  }

  @Override
  public void release(Lease lease) {
    log.release(lease);
    turns.gone(lease.session());
  }

  @Override
  public List<Stored> getEvents(SessionId id, Slice slice) {
    var events = log.getEvents(id, slice);
    meters.eventsRead.add(events.size());
    return events;
  }

  @Override
  public Extent measure(SessionId id, Slice slice) {
    return log.measure(id, slice);
  }

  @Override
  public Inbox inbox(SessionId id) {
    return log.inbox(id);
  }

  @Override
  public List<Send> sends(SessionId id, Duration within) {
    return log.sends(id, within);
  }

  @Override
  public List<SessionId> unfinished() {
    return log.unfinished();
  }
}
