package dev.drover.mcp;

import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.http.Guard;
import dev.drover.session.EventId;
import dev.drover.testing.Stage;
import java.net.URI;
import java.util.List;
import java.util.Random;

/// A program that does with an MCP server what a session does: it lists the server's tools and
/// calls each of them once. The conformance suite runs it with the server's URL as the last
/// argument.
final class ConformanceClient {
  private static final Json.Obj INPUT = Json.obj("a", 5, "b", 3);

  private ConformanceClient() {}

  static void main(String[] arguments) throws Exception {
    var server = new McpServer("conformance", URI.create(arguments[arguments.length - 1]));
    var session = Stage.session(new Ids(new Random(1)), Stage.WORKSPACE, List.of());
    try (var clients = new McpClients(Guard.NONE, Credentials.NONE, McpTimes.USUAL, Pause.REAL)) {
      for (var tool : clients.list(session, server)) {
        var call = new ToolCall(new EventId("sevt_" + tool.name()), tool.name(), INPUT);
        System.out.println(clients.call(session, server, tool.name(), call).content());
      }
    }
  }
}
