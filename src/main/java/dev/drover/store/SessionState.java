package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
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
/// @param lastProcessed when the last event was processed; 1970 before the first
/// @param epoch of the newest lease; 0 before the first
/// @param node who holds that lease; null: nobody
public record SessionState(
    Fold fold, long head, long received, Instant lastProcessed, long epoch, @Nullable String node) {

  /// How long a doubled send is known for one.
  public static final Duration DELIVERIES_REMEMBERED = Duration.ofMinutes(2);

  /// What an append makes of a session.
  public record Appended(SessionState state, List<Stored> events) {
    public Appended {
      events = List.copyOf(events);
    }
  }

  /// A new session's.
  public static SessionState of(Session session) {
    return new SessionState(Fold.of(session), 0, 0, Instant.EPOCH, 0, null);
  }

  public Status status() {
    return fold.status();
  }

  public boolean isArchived() {
    return fold.archivedAt() != null;
  }

  /// Whether a brain has to see to it.
  ///
  /// @param waiting how many events are in its inbox
  public boolean owesWork(long waiting) {
    return switch (status()) {
      case RUNNING, RESCHEDULING -> true;
      case IDLE -> waiting > 0;
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

  /// Whether a brain that gave its lease back now would leave behind what it has not seen.
  public boolean movedSince(OptionalLong restIfReceived) {
    return restIfReceived.isPresent() && restIfReceived.getAsLong() != received;
  }

  public SessionState claimedBy(String holder) {
    return new SessionState(fold, head, received, lastProcessed, epoch + 1, holder);
  }

  public SessionState released() {
    return new SessionState(fold, head, received, lastProcessed, epoch, null);
  }

  /// The state after `count` more client events were received.
  ///
  /// @param waiting how many wait already
  /// @throws Problem `INVALID_REQUEST` if the session is over or too many would wait
  public SessionState receiving(int count, long waiting) {
    if (status() == Status.TERMINATED) {
      throw Problem.invalid(
          isArchived() ? "session has been archived" : "session has been terminated");
    }
    if (waiting + count > EventLog.INBOX_LIMIT) {
      throw Problem.invalid(
          "Only %d events may wait in a session; %d do already."
              .formatted(EventLog.INBOX_LIMIT, waiting));
    }
    return new SessionState(fold, head, received + count, lastProcessed, epoch, node);
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
            emission.turnEnds() ? head : fold.boundary(),
            events.isEmpty() ? fold.updatedAt() : last,
            fold.archivedAt());
    var holder = emission.restIfReceived().isPresent() ? null : node;
    return new Appended(
        new SessionState(next, head + events.size(), received, last, epoch, holder), events);
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
        new SessionState(next, head + entries.size(), received, time, epoch + 1, null), entries);
  }

  /// @param waiting how many events are in the inbox: with a brain to take them up, it is about to
  ///   run
  /// @throws Problem `INVALID_REQUEST` while it runs or is rescheduled
  public void mayArchive(SessionId id, long waiting) {
    if (runs(waiting) || status() == Status.RESCHEDULING) {
      var shown = runs(waiting) ? Status.RUNNING : status();
      throw Problem.invalid(
          ("Session %s cannot be archived while its status is \"%s\"."
                  + " Only pending or idle sessions may be archived.")
              .formatted(id, shown.name().toLowerCase(Locale.ROOT)));
    }
  }

  /// @param waiting as above
  /// @throws Problem `INVALID_REQUEST` while it runs
  public void mayDelete(long waiting) {
    if (runs(waiting)) {
      throw Problem.invalid(
          "Cannot delete session while it is running."
              + " Send an interrupt event or wait for the session to complete.");
    }
  }

  private boolean runs(long waiting) {
    return status() == Status.RUNNING || (status() == Status.IDLE && node != null && waiting > 0);
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
