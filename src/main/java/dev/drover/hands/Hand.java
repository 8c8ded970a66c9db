package dev.drover.hands;

/// Anything that can carry out a tool call: a sandbox, an MCP server, a customer's worker, the
/// client.
public interface Hand {
  /// Runs the call and returns its result; a failing tool, a bad input or a dead hand is a result
  /// with `isError`. At most once: the call is never repeated in here. Safe for many threads; calls
  /// on one shell wait for each other.
  ///
  /// @throws InterruptedException when the calling thread is interrupted: the call is stopped, and
  ///   whatever it had started is killed, before this is thrown
  ToolResult execute(ToolCall call) throws InterruptedException;
}
