package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.StopReason;
import dev.drover.session.Stored;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The end of a log from its last model request on, folded to diagnose why a session waits. One
/// thread.
public final class Tail {
  /// The wire type of the event with which a tail begins, if the log has one.
  public static final String BEGINS = "span.model_request_start";

  private final ThreadFold fold = new ThreadFold();
  private final Map<EventId, Instant> dispatched = new HashMap<>();
  private @Nullable Instant requested;
  private @Nullable Stored last;

  /// A call that has no result and does not wait for the client.
  ///
  /// @param since when the call was last dispatched; empty if it was not
  public record Call(EventId id, String name, Optional<Instant> since) {}

  /// Adds the next events, in the order of the log.
  public void add(List<Stored> events) {
    for (var stored : events) {
      fold.add(stored);
      switch (stored.event()) {
        case Event.ModelRequestStart _ -> {
          requested = stored.processedAt();
          dispatched.clear();
        }
        case Event.ToolDispatched e -> dispatched.put(e.toolUseId(), stored.processedAt());
        default -> {}
      }
      if (stored.event().isVisible()) {
        last = stored;
      }
    }
  }

  /// The last event that clients see; empty if there is none.
  public Optional<Stored> last() {
    return Optional.ofNullable(last);
  }

  /// When the open model request began; empty if none is open.
  Optional<Instant> asking() {
    return fold.open().flatMap(_ -> Optional.ofNullable(requested));
  }

  List<Call> calls() {
    return fold.unanswered().stream()
        .filter(call -> !call.awaited())
        .map(
            call ->
                new Call(
                    call.use().id(),
                    call.use().name(),
                    Optional.ofNullable(dispatched.get(call.use().id()))))
        .toList();
  }

  List<EventId> awaited() {
    return fold.awaited();
  }

  /// The end of the pause after a failed request; empty if there is no pause.
  Optional<Instant> retry() {
    return fold.retry().map(Step.BackOff::until);
  }

  boolean stoppedAtBudget() {
    return fold.pause().stream().anyMatch(StopReason.BudgetReached.class::isInstance);
  }
}
