package dev.drover.brain;

import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import java.util.Optional;

/// A way to carry out calls of one step: in a hand, in this process, or by an MCP server.
/// [CallRouting] chooses one for each call.
///
/// One thread at a time, except for [#leave]; call [#close] when no call runs.
sealed interface Carrier extends AutoCloseable permits HandCarrier, HereCarrier {
  /// An executor of calls, valid until its carrier is closed. Safe for many threads.
  interface Runner {
    /// The hand that the dispatch record names; empty if the runner cannot outlive this process.
    Optional<HandId> hand();

    /// Runs the call, or waits for its result if the same call was already started.
    ToolResult execute(ToolCall call) throws InterruptedException;

    /// Stops the call, even if another brain started it. Returns at once.
    void stop(EventId call);
  }

  /// The runner to which a call was dispatched; empty if the runner was lost with the call's
  /// result.
  Optional<Runner> attach(ThreadFold.Call call) throws InterruptedException;

  /// A runner for a call that will be dispatched.
  ///
  /// @throws Sandboxes.Unavailable if no runner is available; the message can be shown to the model
  Runner provision() throws Sandboxes.Unavailable, InterruptedException;

  /// The result text, for the model, of a call whose runner was lost.
  String lost(String tool);

  /// Leaves the calls: calls in a hand continue, and another brain fetches their results. May be
  /// called at any time, by any thread.
  void leave();

  @Override
  void close();
}
