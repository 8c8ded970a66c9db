package dev.drover.tools;

import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.SessionThread;

/// A tool that runs in the server's own process, for all sessions. Safe for many threads.
public interface ServerTool {
  /// Always the same.
  ToolSpec spec();

  /// Runs the call and returns its result; a failure or a bad input is a result with `isError`. The
  /// input is as the model wrote it, unchecked. Limits its time and the size of its result itself.
  ///
  /// A server that dies during a call takes the call with it. The next one runs it again if the
  /// tool is read-only, and reports it to the model otherwise.
  ///
  /// @param thread which made the call
  /// @throws InterruptedException soon after the calling thread was interrupted: the client
  ///   interrupts the session, the server stops, or the session belongs to another node
  ToolResult execute(SessionThread thread, ToolCall call) throws InterruptedException;
}
