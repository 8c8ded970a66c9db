package dev.drover.tools;

import dev.drover.catalog.McpServer;
import dev.drover.session.RemoteTool;

/// What runs the calls of a tool.
public sealed interface Runs {
  /// A runner to which the brain dispatches calls.
  sealed interface Carried extends Runs {}

  /// A runner of this server, whoever the agent is.
  sealed interface Own extends Carried {}

  /// The session's hand: a sandbox, created when a call needs it.
  record Hand() implements Own {}

  /// This server, in the brain's own process.
  record Server(ServerTool tool) implements Own {}

  /// This server, by a tool that only reads the log of the calling thread before the call. What it
  /// reads does not change, so a call needs no dispatch record: after a crash it runs again and has
  /// the same result.
  record LogReader(ServerTool tool) implements Own {}

  /// The harness, which answers a call at once from the log. Such a call has no effect but its
  /// record, so it needs no dispatch record.
  record Harness() implements Carried {}

  /// An MCP server of the agent.
  ///
  /// @param tool the tool as the server lists it
  record Mcp(McpServer server, RemoteTool tool) implements Carried {}

  /// The client, which sends the result.
  record Client() implements Runs {}
}
