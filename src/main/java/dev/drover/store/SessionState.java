package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Queued;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.wire.EventCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The part of a session's row that moves, and every decision about how it moves: a store reads it,
/// asks it, and keeps what comes back, all inside one transaction.
///
/// @param head the position of the log's last event; 0 before the first
/// @param received the sequence of the last event ever received
/// @param seen what `received` was when a brain last rested: it has seen to everything until there
/// @param awaited the tool uses that wait for the client
/// @param lastProcessed when the last event was processed; 1970 before the first
/// @param epoch of the newest lease; 0 before the first
/// @param node who holds that lease; null: nobody
public record SessionState(
    Fold fold,
    long head,
    long received,
    long seen,
    Awaited awaited,
    Instant lastProcessed,
    long epoch,
    @Nullable String node) {

  /// How long a doubled send is known for one.
  public static final Duration DELIVERIES_REMEMBERED = Duration.ofMinutes(2);

  /// What an append makes of a session.
  public record Appended(SessionState state, List<Stored> events) {
    public Appended {
      events = List.copyOf(events);
    }
  }

  /// What becomes of a session that receives client events.
  ///
  /// @param events in the order of receipt, as the client is shown them
  /// @param logged those of them that are processed already, as they are to be kept
  public record Received(SessionState state, List<Queued> events, List<Stored> logged) {
    public Received {
      events = List.copyOf(events);
      logged = List.copyOf(logged);
    }

    /// Those that go into the inbox.
    public List<Queued> waiting() {
      return events.stream().filter(queued -> !isLogged(queued)).toList();
    }

    private boolean isLogged(Queued queued) {
      return logged.stream().anyMatch(stored -> stored.event().id().equals(queued.event().id()));
    }
  }

  /// A new session's.
  public static SessionState of(Session session) {
    return new SessionState(Fold.of(session), 0, 0, 0, Awaited.NOTHING, Instant.EPOCH, 0, null);
  }

  public Status status() {
    return fold.status();
  }

  public boolean isArchived() {
    return fold.archivedAt() != null;
  }

  /// Whether a brain has to see to it.
  public boolean owesWork() {
    return switch (status()) {
      case RUNNING, RESCHEDULING -> true;
      case IDLE -> received > seen;
      case TERMINATED -> false;
    };
  }

  /// Whether the lease may be claimed: nobody has it, and nothing may follow a session's end.
  public boolean isFree() {
    return node == null && status() != Status.TERMINATED;
  }

  /// Whether `lease` is the newest, and `holder` still has it.
  public boolean honours(Lease lease, String holder) {
    return epoch == lease.epoch() && holder.equals(node);
  }

  /// Whether a client has sent something that the brain had not seen when it made up its mind.
  public boolean movedSince(OptionalLong ifReceived) {
    return ifReceived.isPresent() && ifReceived.getAsLong() != received;
  }

  public SessionState claimedBy(String holder) {
    return held(epoch + 1, holder);
  }

  public SessionState released() {
    return held(epoch, null);
  }

  private SessionState held(long by, @Nullable String holder) {
    return new SessionState(fold, head, received, seen, awaited, lastProcessed, by, holder);
  }

  /// What comes of receiving client events: all of them, or none.
  ///
  /// @param waiting how many wait already
  /// @throws Problem `INVALID_REQUEST` if the session is over, too many would wait, an answer is
  ///   for nothing that waits for it, or a message comes while answers are waited for
  public Received receive(List<Event.FromClient> events, long waiting, Instant now) {
    if (status() == Status.TERMINATED) {
      throw Problem.invalid(
          isArchived() ? "session has been archived" : "session has been terminated");
    }
    var queued = new ArrayList<Queued>();
    var logged = new ArrayList<Stored>();
    var open = awaited;
    var last = lastProcessed;
    for (int i = 0; i < events.size(); i++) {
      var event = events.get(i);
      open.check(event, i, status());
      boolean atOnce = processedOnReceipt(events, i);
      if (atOnce) {
        last = after(last, now);
        var json = EventCodec.write(event, last);
        logged.add(new Stored(head + logged.size() + 1, last, event, json, null));
        open = open.after(event);
      }
      queued.add(
          new Queued(received + i + 1, event, EventCodec.write(event, atOnce ? last : null)));
    }
    if (waiting + events.size() - logged.size() > EventLog.INBOX_LIMIT) {
      throw Problem.invalid(
          "Only %d events may wait in a session; %d do already."
              .formatted(EventLog.INBOX_LIMIT, waiting));
    }
    var next =
        new SessionState(
            fold, head + logged.size(), received + events.size(), seen, open, last, epoch, node);
    return new Received(next, queued, logged);
  }

  /// Whether an event of a request goes into the log at once: an answer, and what was sent with it.
  public static boolean processedOnReceipt(List<? extends Event> request, int index) {
    return switch (request.get(index)) {
      case Event.Answer _ -> true;
      case Event.SystemMessage _ -> index > 0 && processedOnReceipt(request, index - 1);
      default -> false;
    };
  }

  /// The state and the log's new entries after an append. Each entry is stamped later than the one
  /// before, whatever the clock does.
  public Appended append(Emission emission, Instant now) {
    var events = new ArrayList<Stored>();
    var last = lastProcessed;
    Instant began = null;
    for (var entry : emission.entries()) {
      last = after(last, now);
      if (began == null && entry.event() instanceof Event.StatusRunning) {
        began = last;
      }
      var json = EventCodec.write(entry.event(), last);
      events.add(new Stored(head + events.size() + 1, last, entry.event(), json, entry.hidden()));
    }
    boolean runs = emission.status() == Status.RUNNING;
    var since = status() == Status.RUNNING ? fold.runningSince() : began == null ? last : began;
    var next =
        new Fold(
            emission.status(),
            emission.usage(),
            runs ? since : null,
            fold.started() || runs,
            emission.boundary().orElse(fold.boundary()),
            events.isEmpty() ? fold.updatedAt() : last,
            fold.archivedAt());
    var open = awaited;
    for (var stored : events) {
      open = open.after(stored.event());
    }
    return new Appended(
        new SessionState(
            next,
            head + events.size(),
            received,
            emission.rests() ? received : seen,
            open,
            last,
            epoch,
            emission.rests() ? null : node),
        events);
  }

  /// The state and the log's last entry after the session was archived. The lease of a brain that
  /// still has one is void.
  ///
  /// @param id names the entry
  public Appended archive(EventId id, Instant now) {
    var time = after(lastProcessed, now);
    var event = new Event.StatusTerminated(id);
    var entries =
        status() == Status.TERMINATED
            ? List.<Stored>of()
            : List.of(new Stored(head + 1, time, event, EventCodec.write(event, time), null));
    var next =
        new Fold(
            Status.TERMINATED, fold.usage(), null, fold.started(), fold.boundary(), time, time);
    return new Appended(
        new SessionState(
            next,
            head + entries.size(),
            received,
            received,
            Awaited.NOTHING,
            time,
            epoch + 1,
            null),
        entries);
  }

  /// @throws Problem `INVALID_REQUEST` while it runs or is rescheduled
  public void mayArchive(SessionId id) {
    if (runs() || status() == Status.RESCHEDULING) {
      var shown = runs() ? Status.RUNNING : status();
      throw Problem.invalid(
          ("Session %s cannot be archived while its status is \"%s\"."
                  + " Only pending or idle sessions may be archived.")
              .formatted(id, shown.name().toLowerCase(Locale.ROOT)));
    }
  }

  /// @throws Problem `INVALID_REQUEST` while it runs
  public void mayDelete() {
    if (runs()) {
      throw Problem.invalid(
          "Cannot delete session while it is running."
              + " Send an interrupt event or wait for the session to complete.");
    }
  }

  /// An idle session that a brain holds is about to run.
  private boolean runs() {
    return status() == Status.RUNNING || (status() == Status.IDLE && node != null && owesWork());
  }

  /// What streams see last of a deleted session.
  public Feed.Item.Shown farewell(EventId id, Instant now) {
    var event = new Event.Deleted(id);
    return new Feed.Item.Shown(
        EventCodec.type(event), EventCodec.write(event, after(lastProcessed, now)));
  }

  /// Whether a send of `then` can no more be told from a new one.
  public static boolean isForgotten(Instant then, Instant now) {
    return then.isBefore(now.minus(DELIVERIES_REMEMBERED));
  }

  private static Instant after(Instant last, Instant now) {
    var next = last.plus(1, ChronoUnit.MICROS);
    var time = Micros.whole(now);
    return time.isAfter(next) ? time : next;
  }
}
