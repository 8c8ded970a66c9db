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
import dev.drover.session.Usage;
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
    Status status,
    Usage usage,
    @Nullable Instant runningSince,
    boolean started,
    long boundary,
    Instant updatedAt,
    @Nullable Instant archivedAt,
    long head,
    long received,
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

  /// A new session's.
  public static SessionState of(Session session) {
    return new SessionState(
        session.status(),
        session.usage(),
        session.runningSince(),
        session.started(),
        session.boundary(),
        Micros.whole(session.updatedAt()),
        session.archivedAt(),
        0,
        0,
        Instant.EPOCH,
        0,
        null);
  }

  /// `session` in this state.
  public Session in(Session session) {
    return new Session(
        session.id(),
        session.workspace(),
        session.thread(),
        session.agentId(),
        session.agentVersion(),
        session.agent(),
        session.environment(),
        session.networking(),
        session.title(),
        session.metadata(),
        status,
        usage,
        runningSince,
        started,
        boundary,
        Micros.whole(session.createdAt()),
        updatedAt,
        archivedAt);
  }

  public boolean heldBy(String holder) {
    return holder.equals(node);
  }

  /// Whether `lease` is the newest, and `holder` still has it.
  public boolean honours(Lease lease, String holder) {
    return epoch == lease.epoch() && heldBy(holder);
  }

  /// Whether a brain that gave its lease back now would leave work behind that it has not seen.
  public boolean movedSince(OptionalLong restIfReceived) {
    return restIfReceived.isPresent() && restIfReceived.getAsLong() != received;
  }

  public SessionState claimedBy(String holder) {
    return leased(epoch + 1, holder);
  }

  public SessionState released() {
    return leased(epoch, null);
  }

  private SessionState leased(long newEpoch, @Nullable String holder) {
    return new SessionState(
        status,
        usage,
        runningSince,
        started,
        boundary,
        updatedAt,
        archivedAt,
        head,
        received,
        lastProcessed,
        newEpoch,
        holder);
  }

  /// The state after `count` more client events were received.
  ///
  /// @param waiting how many wait already
  /// @throws Problem `INVALID_REQUEST` if the session is over or too many would wait
  public SessionState receiving(int count, long waiting) {
    if (status == Status.TERMINATED) {
      throw Problem.invalid(
          archivedAt == null ? "session has been terminated" : "session has been archived");
    }
    if (waiting + count > EventLog.INBOX_LIMIT) {
      throw Problem.invalid(
          "Only %d events may wait in a session; %d do already."
              .formatted(EventLog.INBOX_LIMIT, waiting));
    }
    return new SessionState(
        status,
        usage,
        runningSince,
        started,
        boundary,
        updatedAt,
        archivedAt,
        head,
        received + count,
        lastProcessed,
        epoch,
        node);
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
      events.add(
          new Stored(
              head + events.size() + 1,
              last,
              entry.event(),
              EventCodec.write(entry.event(), last),
              entry.hidden()));
    }
    boolean runs = emission.status() == Status.RUNNING;
    var since = status == Status.RUNNING ? runningSince : began == null ? last : began;
    return new Appended(
        new SessionState(
            emission.status(),
            emission.usage(),
            runs ? since : null,
            started || runs,
            emission.turnEnds() ? head : boundary,
            events.isEmpty() ? updatedAt : last,
            archivedAt,
            head + events.size(),
            received,
            last,
            epoch,
            emission.restIfReceived().isPresent() ? null : node),
        events);
  }

  /// The state and the log's last entry after the session was archived. What a brain may still hold
  /// of it is void.
  ///
  /// @param id names the entry
  public Appended archive(EventId id, Instant now) {
    var time = after(lastProcessed, now);
    var event = new Event.StatusTerminated(id);
    var entries =
        status == Status.TERMINATED
            ? List.<Stored>of()
            : List.of(new Stored(head + 1, time, event, EventCodec.write(event, time), null));
    return new Appended(
        new SessionState(
            Status.TERMINATED,
            usage,
            null,
            started,
            boundary,
            time,
            time,
            head + entries.size(),
            received,
            time,
            epoch + 1,
            null),
        entries);
  }

  /// @throws Problem `INVALID_REQUEST` while it runs, is rescheduled, or is about to run
  public void mayArchive(SessionId id, boolean aboutToRun) {
    if (status == Status.RUNNING || status == Status.RESCHEDULING || aboutToRun) {
      var shown = status == Status.RESCHEDULING ? status : Status.RUNNING;
      throw Problem.invalid(
          ("Session %s cannot be archived while its status is \"%s\"."
                  + " Only pending or idle sessions may be archived.")
              .formatted(id, shown.name().toLowerCase(Locale.ROOT)));
    }
  }

  /// @throws Problem `INVALID_REQUEST` while it runs, or is about to run
  public void mayDelete(boolean aboutToRun) {
    if (status == Status.RUNNING || aboutToRun) {
      throw Problem.invalid(
          "Cannot delete session while it is running."
              + " Send an interrupt event or wait for the session to complete.");
    }
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
