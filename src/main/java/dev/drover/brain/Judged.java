package dev.drover.brain;

import dev.drover.hands.Grip;
import dev.drover.hands.ToolResult;

/// What becomes of a call in one step.
sealed interface Judged {
  ThreadFold.Call call();

  /// How often the call was handed to a hand when this step is over.
  default int attempts() {
    return call().attempts() + (this instanceof Dispatched ? 1 : 0);
  }

  /// It does not run, for a reason that is its result.
  record Answered(ThreadFold.Call call, ToolResult result) implements Judged {}

  /// It was handed to a hand that is gone. The model is told.
  record Reported(ThreadFold.Call call, ToolResult result) implements Judged {}

  /// It runs in the hand that it was handed to before, if it has not run there by now.
  record Resumed(ThreadFold.Call call, Grip grip) implements Judged {}

  /// It is handed to a hand, after a record of that.
  record Dispatched(ThreadFold.Call call, Grip grip) implements Judged {
    /// Whether an earlier hand had it and is gone.
    boolean retried() {
      return call.attempts() > 0;
    }
  }
}
