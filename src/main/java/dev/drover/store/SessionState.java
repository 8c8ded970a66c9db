package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.Lease;
import dev.drover.session.Progress;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.wire.EventCodec;
import dev.drover.wire.SessionCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The part of a session's row that changes, and every decision about its changes. A store reads
/// it, calls it, and stores the result, all in one transaction.
///
/// @param head the position of the log's last event; 0 before the first
/// @param received the sequence of the last event ever received
/// @param seen the value of `received` when a brain last rested: it has processed all events up to
///   there
/// @param awaited the tool uses that wait for the client
/// @param lastProcessed when the last event was processed; 1970 before the first
/// @param epoch the epoch of the newest lease; 0 before the first
/// @param node the node that holds that lease; null if none does
public record SessionState(
    Progress progress,
    long head,
    long received,
    long seen,
    Awaited awaited,
    Instant lastProcessed,
    long epoch,
    @Nullable String node) {

  /// How long the repetition of a send is recognized.
  public static final Duration DELIVERIES_REMEMBERED = Duration.ofMinutes(2);

  /// The result of an append: the new state, and the stored events.
  public record Appended(SessionState state, List<Stored> events) {
    public Appended {
      events = List.copyOf(events);
    }
  }

  /// The state of a new session.
  public static SessionState of(Session session) {
    return new SessionState(
        session.progress().updated(Micros.whole(session.progress().updatedAt())),
        0,
        0,
        0,
        Awaited.NOTHING,
        Instant.EPOCH,
        0,
        null);
  }

  public Status status() {
    return progress.status();
  }

  public boolean isArchived() {
    return progress.archivedAt() != null;
  }

  /// The state of a new session that has received its first events and is about to run.
  public SessionState started(Instant now) {
    var running = progress.running(Micros.whole(now));
    return new SessionState(running, head, received, seen, awaited, lastProcessed, epoch, node);
  }

  /// Whether the session has unfinished work for a brain.
  public boolean owesWork() {
    return switch (status()) {
      case RUNNING, RESCHEDULING -> true;
      case IDLE -> received > seen;
      case TERMINATED, OTHER -> false;
    };
  }

  /// Whether the lease can be claimed: no node holds it, and the session has not ended.
  public boolean isFree() {
    return node == null && status() != Status.TERMINATED && status() != Status.OTHER;
  }

  /// Whether `lease` is the newest, and `holder` still holds it.
  public boolean honours(Lease lease, String holder) {
    return epoch == lease.epoch() && holder.equals(node);
  }

  /// Whether a client has sent an event after the brain read the inbox for its decision.
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
    return new SessionState(progress, head, received, seen, awaited, lastProcessed, by, holder);
  }

  /// The state after client events were received, some of them into the log.
  ///
  /// @param count the number of all events
  /// @param logged the number of events that were appended to the log at once
  /// @param last the time at which the last of these was processed
  SessionState receiving(int count, int logged, Awaited open, Instant last) {
    return new SessionState(
        progress, head + logged, received + count, seen, open, last, epoch, node);
  }

  /// @throws Problem `INVALID_REQUEST` if the session has ended
  public void refuseIfOver() {
    if (status() == Status.TERMINATED) {
      throw Problem.invalid(
          isArchived() ? "session has been archived" : "session has been terminated");
    }
  }

  /// The state and the log's new entries after an append. Each entry has a later time than the one
  /// before, whatever the clock does. The row's cache of the log is folded from the entries here,
  /// so it always matches the log.
  ///
  /// @throws IllegalStateException if the session would rest in the middle of a turn
  public Appended append(Emission emission, Instant now) {
    var events = new ArrayList<Stored>();
    var last = lastProcessed;
    var next = progress;
    var open = awaited;
    for (var entry : emission.entries()) {
      last = after(last, now);
      var received = entry.received();
      var json =
          received == null
              ? EventCodec.write(entry.event(), last)
              : EventCodec.stamped(received, last);
      var stored =
          new Stored(
              head + events.size() + 1, last, entry.thread(), entry.event(), json, entry.hidden());
      events.add(stored);
      next = next.after(stored);
      open = open.after(stored);
    }
    boolean rests = emission.rests();
    if (rests && next.atWork()) {
      throw new IllegalStateException("a session does not rest while it is " + next.status());
    }
    return new Appended(
        new SessionState(
            next,
            head + events.size(),
            received,
            rests ? received : seen,
            open,
            last,
            epoch,
            rests ? null : node),
        events);
  }

  /// The state and the log's last entry after an update by a client.
  ///
  /// @param id the id of the entry that records it
  /// @throws Problem `INVALID_REQUEST` if the session is over, or its agent would change while it
  ///   is not idle
  public Appended update(EventId id, Session before, Session after, Instant now) {
    refuseIfOver();
    if (!before.agent().equals(after.agent()) && (runs() || status() != Status.IDLE)) {
      throw Problem.invalid(
          "The agent of session %s can only be updated while the session is idle."
              .formatted(before.id()));
    }
    var time = after(lastProcessed, now);
    var event = new Event.SessionUpdated(id, SessionCodec.changes(before, after));
    var stored = ofSession(event, time);
    boolean nothingToDo = !owesWork() && !mayResume(before, after);
    return new Appended(
        new SessionState(
            progress.updated(time),
            head + 1,
            received + 1,
            nothingToDo ? received + 1 : seen,
            awaited,
            time,
            epoch,
            node),
        List.of(stored));
  }

  /// The state and the log's last entry after a client asked for a new chapter.
  ///
  /// @throws Problem `INVALID_REQUEST` if the session is over
  public Appended request(Event.CompactionRequested event, Instant now) {
    refuseIfOver();
    return followedBy(event, now);
  }

  /// The state and the log's last entry of a new session whose log is so far a copy.
  public Appended continued(Event.Continued event, Instant now) {
    return followedBy(event, now);
  }

  /// The state and the log's last entries of a new session whose log is so far a copy.
  ///
  /// @param events in their order; the last one says where the session comes from
  public Appended continued(List<Event> events, Instant now) {
    var state = this;
    var entries = new ArrayList<Stored>();
    for (var event : events) {
      var next = state.followedBy(event, now);
      state = next.state;
      entries.addAll(next.events);
    }
    return new Appended(state, entries);
  }

  private Appended followedBy(Event event, Instant now) {
    var stored = ofSession(event, after(lastProcessed, now));
    return new Appended(
        new SessionState(
            progress.after(stored),
            stored.position(),
            received,
            seen,
            awaited,
            stored.processedAt(),
            epoch,
            node),
        List.of(stored));
  }

  /// Whether an update can let a paused turn continue.
  public static boolean mayResume(Session before, Session after) {
    return !before.budget().equals(after.budget());
  }

  /// The state and the log's last entry after the session was archived. If a brain still has a
  /// lease, it becomes void.
  ///
  /// @param id the id of the entry
  public Appended archive(EventId id, Instant now) {
    var time = after(lastProcessed, now);
    var event = new Event.StatusTerminated(id);
    var entries =
        status() == Status.TERMINATED ? List.<Stored>of() : List.of(ofSession(event, time));
    return new Appended(
        new SessionState(
            progress.archived(time),
            head + entries.size(),
            received,
            received,
            Awaited.NOTHING,
            time,
            epoch + 1,
            null),
        entries);
  }

  /// Checks that the session can be archived.
  ///
  /// @throws Problem `INVALID_REQUEST` while it runs or is rescheduled
  public void mayArchive(SessionId id) {
    refuseIfUnknown();
    if (runs() || status() == Status.RESCHEDULING) {
      var shown = runs() ? Status.RUNNING : status();
      throw Problem.invalid(
          ("Session %s cannot be archived while its status is \"%s\"."
                  + " Only pending or idle sessions may be archived.")
              .formatted(id, shown.name().toLowerCase(Locale.ROOT)));
    }
  }

  /// Checks that the session can be deleted.
  ///
  /// @throws Problem `INVALID_REQUEST` while it runs
  public void mayDelete() {
    refuseIfUnknown();
    if (runs()) {
      throw Problem.invalid(
          "Cannot delete session while it is running."
              + " Send an interrupt event or wait for the session to complete.");
    }
  }

  /// Refuses a session with an unknown status, because a newer node may be working on it.
  private void refuseIfUnknown() {
    if (status() == Status.OTHER) {
      throw Problem.invalid(
          "This version of Drover does not know the session's status."
              + " Send the request to a node with a newer version.");
    }
  }

  /// Whether the session runs, or is idle but about to run because a brain holds it.
  private boolean runs() {
    return status() == Status.RUNNING || (status() == Status.IDLE && node != null && owesWork());
  }

  /// The last item on the streams of a deleted session.
  public Feed.Item.Shown farewell(EventId id, Instant now) {
    var event = new Event.Deleted(id);
    return Shown.ofSession(event, after(lastProcessed, now));
  }

  /// The log's next entry, for the session as a whole.
  private Stored ofSession(Event event, Instant time) {
    return new Stored(
        head + 1, time, ThreadKey.PRIMARY, event, EventCodec.write(event, time), null);
  }

  /// Whether the repetition of a send at `then` is no longer recognized.
  public static boolean isForgotten(Instant then, Instant now) {
    return then.isBefore(now.minus(DELIVERIES_REMEMBERED));
  }

  /// The time of the next entry: now, but always later than the last.
  static Instant after(Instant last, Instant now) {
    var next = last.plus(1, ChronoUnit.MICROS);
    var time = Micros.whole(now);
    return time.isAfter(next) ? time : next;
  }
}
