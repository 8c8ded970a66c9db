package dev.drover.store;

import dev.drover.base.Problem;
import dev.drover.session.Compaction;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.ForkPoint;
import dev.drover.session.Progress;
import dev.drover.session.Session;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The fold of a log for a fork: it finds the place up to which the log is copied, and makes the
/// state of the new session's row from the events up to there. Nothing is open at the end of a turn
/// and, within a turn, after a reply of the model as soon as each of its calls has a result, until
/// a message or the next request follows. One thread; used once.
public final class ForkFold {
  private final ForkPoint wanted;
  private Progress progress = Progress.of(Instant.EPOCH);
  private Awaited awaited = Awaited.NOTHING;
  private Instant last = Instant.EPOCH;
  private long position;
  private long received;
  private Optional<StopReason> pause = Optional.empty();
  private boolean usedHand;
  private boolean reached;
  private boolean requested;
  private boolean replied;
  private final Set<EventId> calls = new HashSet<>();
  private Settled settled;
  private Settled ended;

  /// A place where nothing is open.
  ///
  /// @param event the last event before it; null before the first
  /// @param inTurn whether the turn goes on there
  private record Settled(
      SessionState state, boolean usedHand, @Nullable EventId event, boolean inTurn) {}

  public ForkFold(ForkPoint wanted) {
    this.wanted = wanted;
    settled =
        new Settled(
            new SessionState(progress, 0, 0, 0, Awaited.NOTHING, Instant.EPOCH, 0, null),
            false,
            null,
            false);
    ended = settled;
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
    follow(stored);
    usedHand = usedHand || usesHand(event);
    boolean over = progress.status() == Status.IDLE && pause.isEmpty();
    if (awaited.uses().isEmpty() && (over || isQuiet())) {
      settled =
          new Settled(
              new SessionState(progress, position, received, received, awaited, last, 0, null),
              usedHand,
              event.id(),
              !over);
      ended = over ? settled : ended;
    }
    reached =
        switch (wanted) {
          case ForkPoint.Newest _ -> false;
          case ForkPoint.Position(var at) -> at == position;
          case ForkPoint.OfEvent(var id) -> id.equals(event.id());
        };
  }

  /// Follows the requests, the calls and the pauses of a turn.
  private void follow(Stored stored) {
    switch (stored.event()) {
      case Event.StatusIdle idle -> {
        pause = Optional.of(idle.reason()).filter(StopReason::isPause);
        replied = replied && pause.isPresent();
      }
      case Event.StatusRunning _ -> pause = Optional.empty();
      case Event.UserMessage _ -> replied = false;
      case Event.ModelRequestStart _ -> {
        requested = true;
        if (!Compaction.is(stored)) {
          replied = false;
          calls.clear();
        }
      }
      case Event.ModelRequestEnd end -> {
        requested = false;
        replied = Compaction.is(stored) ? replied : !end.isError();
      }
      case Event.ToolUse use -> calls.add(use.id());
      case Event.ToolResult result -> calls.remove(result.toolUseId());
      default -> {}
    }
  }

  /// Whether nothing is open in a turn that goes on. A pause that only a newer version knows may be
  /// for something that is open.
  private boolean isQuiet() {
    boolean runs = progress.status() == Status.RUNNING;
    boolean atBudget = pause.filter(StopReason.BudgetReached.class::isInstance).isPresent();
    return (runs || atBudget) && replied && !requested && calls.isEmpty();
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
    if (!(wanted instanceof ForkPoint.Newest) && !reached) {
      throw Problem.invalid("at: the log of the session does not have " + words(wanted));
    }
    var place = place();
    if (!(wanted instanceof ForkPoint.Newest) && place.state.head() != position) {
      throw Problem.invalid(
          ("at: a request, a call or a message is open at %s. The nearest earlier place where"
                  + " nothing is open is position %d (%s)")
              .formatted(
                  words(wanted),
                  place.state.head(),
                  place.event == null ? "before the first event" : "event " + place.event));
    }
    return place.state;
  }

  private Settled place() {
    return wanted instanceof ForkPoint.Newest ? ended : settled;
  }

  /// The events after the copied ones: those that end a turn which goes on at that place, and the
  /// one that says where the session comes from.
  public List<Event> continued(Session made, Event.Continued event, Supplier<EventId> ids) {
    if (!place().inTurn) {
      return List.of(event);
    }
    var reason = new StopReason.EndTurn();
    var thread = made.primary();
    return List.of(
        new Event.ThreadIdle(ids.get(), thread.id(), made.agent().name(), reason),
        new Event.StatusIdle(ids.get(), reason),
        event);
  }

  /// Whether the session's sandbox was used before that place.
  public boolean usedHand() {
    return place().usedHand;
  }

  private static String words(ForkPoint point) {
    return switch (point) {
      case ForkPoint.Newest _ -> "its end";
      case ForkPoint.Position(var at) -> "position " + at;
      case ForkPoint.OfEvent(var id) -> "event " + id;
    };
  }
}
