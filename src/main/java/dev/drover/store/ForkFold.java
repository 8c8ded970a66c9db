package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ForkPoint;
import dev.drover.session.Progress;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The fold of a log for a fork: it finds the place up to which the log is copied, and makes the
/// state of the new session's row from the events up to there. One thread; used once.
public final class ForkFold {
  private final ForkPoint wanted;
  private Progress progress = Progress.of(Instant.EPOCH);
  private Awaited awaited = Awaited.NOTHING;
  private Instant last = Instant.EPOCH;
  private long position;
  private long received;
  private boolean pausing;
  private boolean usedHand;
  private boolean reached;
  private Settled settled;

  /// The newest place so far where nothing is open.
  ///
  /// @param event the last event before it; null before the first
  private record Settled(SessionState state, boolean usedHand, @Nullable EventId event) {}

  public ForkFold(ForkPoint wanted) {
    this.wanted = wanted;
    settled =
        new Settled(
            new SessionState(progress, 0, 0, 0, Awaited.NOTHING, Instant.EPOCH, 0, null),
            false,
            null);
    reached = wanted.equals(new ForkPoint.Position(0));
  }

  /// Whether no further event is needed.
  public boolean isDone() {
    return reached;
  }

  /// The position of the last event that was added.
  public long position() {
    return position;
  }

  /// The number of tool uses that wait for the client.
  int waiting() {
    return awaited.uses().size();
  }

  /// Adds the next event of the log.
  ///
  /// @throws Problem `INVALID_REQUEST` if it cannot be read
  public void add(Stored stored) {
    var event = stored.event();
    if (event instanceof Event.Damaged) {
      throw Problem.invalid(
          "at: event %d of the session's log cannot be read".formatted(stored.position()));
    }
    position = stored.position();
    last = stored.processedAt();
    progress = progress.after(stored);
    awaited = awaited.after(stored);
    if (event instanceof Event.FromClient || event instanceof Event.SessionUpdated) {
      received++;
    }
    if (event instanceof Event.StatusIdle idle) {
      pausing = idle.reason().isPause();
    }
    usedHand = usedHand || usesHand(event);
    if (progress.status() == Status.IDLE && !pausing && awaited.uses().isEmpty()) {
      settled =
          new Settled(
              new SessionState(progress, position, received, received, awaited, last, 0, null),
              usedHand,
              event.id());
    }
    reached =
        switch (wanted) {
          case ForkPoint.Newest _ -> false;
          case ForkPoint.Position(var at) -> at == position;
          case ForkPoint.OfEvent(var id) -> id.equals(event.id());
        };
  }

  private static boolean usesHand(Event event) {
    return switch (event) {
      case Event.ToolDispatched call -> call.hand().isPresent();
      case Event.RepositoryCloned clone -> clone.skills().isPresent();
      default -> false;
    };
  }

  /// The state of the new session's row after the events that are copied. It does not depend on
  /// events after that place.
  ///
  /// @throws Problem `INVALID_REQUEST` if the log does not have the place, or if something is open
  ///   there
  public SessionState end() {
    boolean newest = wanted instanceof ForkPoint.Newest;
    if (!newest && !reached) {
      throw Problem.invalid("at: the log of the session does not have " + words(wanted));
    }
    if (!newest && settled.state.head() != position) {
      throw Problem.invalid(
          ("at: %s is in the middle of a turn. The nearest earlier place where nothing is open is"
                  + " position %d (%s)")
              .formatted(
                  words(wanted),
                  settled.state.head(),
                  settled.event == null ? "before the first event" : "event " + settled.event));
    }
    return settled.state;
  }

  /// Whether the session's sandbox was used before that place.
  public boolean usedHand() {
    return settled.usedHand;
  }

  private static String words(ForkPoint point) {
    return switch (point) {
      case ForkPoint.Newest _ -> "its end";
      case ForkPoint.Position(var at) -> "position " + at;
      case ForkPoint.OfEvent(var id) -> "event " + id;
    };
  }
}
