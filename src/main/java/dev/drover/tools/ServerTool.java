package dev.drover.tools;

import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;

/// A tool that runs in the server's own process, for all sessions. Safe for many threads.
public interface ServerTool {
  /// The tool's description for models. Every call returns the same value.
  ToolSpec spec();

  /// Runs the call and returns its result; a failure or a bad input is a result with `isError`. The
  /// input is as the model wrote it, unchecked. The tool itself must limit its time and the size of
  /// its result.
  ///
  /// If the server dies during a call, the call is lost. The next server runs it again if the tool
  /// is read-only, and otherwise reports the loss to the model.
  ///
  /// @param at the thread that made the call, and its log
  /// @throws InterruptedException soon after the calling thread was interrupted, because the client
  ///   interrupts the session, the server stops, or another node holds the session
  ToolResult execute(CallContext at, ToolCall call) throws InterruptedException;
}
