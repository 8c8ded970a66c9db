package dev.drover.session;

import dev.drover.base.Json;
import java.util.List;

/// Why a session went idle.
public sealed interface StopReason {
  /// The turn is over, or was interrupted.
  record EndTurn() implements StopReason {}

  /// The client has to answer these tool uses first.
  record RequiresAction(List<EventId> eventIds) implements StopReason {
    public RequiresAction {
      eventIds = List.copyOf(eventIds);
    }
  }

  /// The model could not be reached, and will not be asked again until a new message comes.
  record RetriesExhausted() implements StopReason {}

  /// What the session has cost has met its budget.
  record BudgetReached() implements StopReason {}

  /// The model refused.
  ///
  /// @param details the wire's `stop_details`, an object of type `refusal`
  record Refusal(Json.Obj details) implements StopReason {}

  /// A reason of a newer version. It may be a pause, so that this version takes it for one, and
  /// leaves the turn as it is until it is interrupted.
  ///
  /// @param json the wire's `stop_reason`
  record Other(Json.Obj json) implements StopReason {}

  /// Whether the turn stands still and is not over.
  default boolean isPause() {
    return switch (this) {
      case RequiresAction _, BudgetReached _, Other _ -> true;
      case EndTurn _, RetriesExhausted _, Refusal _ -> false;
    };
  }
}
