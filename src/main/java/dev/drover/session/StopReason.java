package dev.drover.session;

import dev.drover.base.Json;
import java.util.List;

/// The reason why a session became idle.
public sealed interface StopReason {
  /// The turn ended, or was interrupted.
  record EndTurn() implements StopReason {}

  /// The client must answer these tool uses first.
  record RequiresAction(List<EventId> eventIds) implements StopReason {
    public RequiresAction {
      eventIds = List.copyOf(eventIds);
    }
  }

  /// The model could not be called, and will not be called again until a new message arrives.
  record RetriesExhausted() implements StopReason {}

  /// The session has reached its budget.
  record BudgetReached() implements StopReason {}

  /// The model refused.
  ///
  /// @param details the wire's `stop_details`, an object of type `refusal`
  record Refusal(Json.Obj details) implements StopReason {}

  /// A reason of a newer version. It may be a pause, so this version treats it as one, and leaves
  /// the turn unchanged until it is interrupted.
  ///
  /// @param json the wire's `stop_reason`
  record Other(Json.Obj json) implements StopReason {}

  /// Whether the turn is paused and not over.
  default boolean isPause() {
    return switch (this) {
      case RequiresAction _, BudgetReached _, Other _ -> true;
      case EndTurn _, RetriesExhausted _, Refusal _ -> false;
    };
  }
}
