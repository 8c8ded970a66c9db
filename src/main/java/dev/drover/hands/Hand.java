package dev.drover.hands;

/// Something that can run a tool call: a sandbox, an MCP server, a customer's worker, the client.
public interface Hand {
  /// Runs the call at most once and returns its result; a failing tool, invalid input or a dead
  /// hand gives a result with `isError`. Safe for many threads; calls on the same shell run one
  /// after the other.
  ///
  /// @throws InterruptedException when the calling thread is interrupted: the call is stopped and
  ///   everything that it started is killed before this is thrown
  ToolResult execute(ToolCall call) throws InterruptedException;
}
