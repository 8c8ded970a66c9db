package dev.drover.brain;

import dev.drover.hands.ToolResult;

/// What becomes of a call in one step.
sealed interface RoutedCall {
  ThreadFold.Call call();

  /// How often the call was dispatched when this step is over.
  default int attempts() {
    return call().attempts() + (this instanceof Dispatched ? 1 : 0);
  }

  /// It does not run, for a reason that is its result.
  record Answered(ThreadFold.Call call, ToolResult result) implements RoutedCall {}

  /// It was dispatched to a runner that is gone. The model is told.
  record Reported(ThreadFold.Call call, ToolResult result) implements RoutedCall {}

  /// It runs where it was dispatched to before, if it has not run there by now.
  record Resumed(ThreadFold.Call call, Carrier.Runner runner) implements RoutedCall {}

  /// It is dispatched, after a record of that.
  record Dispatched(ThreadFold.Call call, Carrier.Runner runner) implements RoutedCall {
    /// Whether an earlier runner had it and is gone.
    boolean retried() {
      return call.attempts() > 0;
    }
  }
}
