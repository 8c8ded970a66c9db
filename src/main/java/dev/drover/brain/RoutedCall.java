package dev.drover.brain;

import dev.drover.hands.ToolResult;

/// The decision on a call in one step.
sealed interface RoutedCall {
  ThreadFold.Call call();

  /// How often the call has been dispatched by the end of this step.
  default int attempts() {
    return call().attempts() + (this instanceof Dispatched ? 1 : 0);
  }

  /// A call that does not run; its result is the reason.
  record Answered(ThreadFold.Call call, ToolResult result) implements RoutedCall {}

  /// A call that reads the log. It runs without a dispatch record: if this step does not end, the
  /// next one runs it again, with the same result.
  record Read(ThreadFold.Call call, Carrier.Runner runner) implements RoutedCall {}

  /// A call whose runner was lost; its result informs the model.
  record Reported(ThreadFold.Call call, ToolResult result) implements RoutedCall {}

  /// A call that was dispatched to this runner by an earlier step. It runs there, unless it has
  /// already run.
  record Resumed(ThreadFold.Call call, Carrier.Runner runner) implements RoutedCall {}

  /// A call that is dispatched in this step, after its dispatch record is durable.
  record Dispatched(ThreadFold.Call call, Carrier.Runner runner) implements RoutedCall {
    /// Whether the call was dispatched before, to a runner that was lost.
    boolean retried() {
      return call.attempts() > 0;
    }
  }
}
