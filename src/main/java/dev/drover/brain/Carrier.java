package dev.drover.brain;

import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import java.util.Optional;

/// Has calls of one step carried out, in one of the ways that there are. Which one is chosen by
/// [CallRouting] for each call.
///
/// One thread after the other, but for [#leave]; [#close] when no call runs.
sealed interface Carrier extends AutoCloseable permits HandCarrier, ServerCarrier {
  /// What runs calls until the carrier is closed. Safe for many threads.
  interface Runner {
    /// As the record of a dispatched call names it; empty: it cannot outlive this process.
    Optional<HandId> hand();

    /// Runs the call once, or waits for the same call that runs already.
    ToolResult execute(ToolCall call) throws InterruptedException;

    /// Stops the call, whoever started it. Returns at once.
    void stop(EventId call);
  }

  /// The runner that a call was dispatched to; empty: it is gone, and the call's result with it.
  Optional<Runner> attach(ThreadFold.Call call) throws InterruptedException;

  /// A runner for a call that is to be dispatched.
  ///
  /// @throws Sandboxes.Unavailable when there can be none; the message is fit for the model
  Runner provision() throws Sandboxes.Unavailable, InterruptedException;

  /// What the model is told of a call that was dispatched to a runner that is gone.
  String lost(String tool);

  /// From now on the calls are left: another brain will ask for their results. At any time.
  void leave();

  @Override
  void close();
}
