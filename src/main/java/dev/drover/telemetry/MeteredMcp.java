package dev.drover.telemetry;

import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.session.RemoteTool;
import dev.drover.session.Session;
import dev.drover.session.SessionId;
import dev.drover.tools.McpResult;
import dev.drover.tools.McpTools;
import java.util.List;

/// MCP servers whose calls are measured, all under one name: neither the servers nor their tools
/// are the operator's choice.
public record MeteredMcp(McpTools tools, Meters meters) implements McpTools {
  @Override
  public Knowledge knowledge(SessionId session, McpServer server) {
    return tools.knowledge(session, server);
  }

  @Override
  public List<RemoteTool> list(Session session, McpServer server)
      throws Failed, InterruptedException {
    long start = System.nanoTime();
    var outcome = "interrupted";
    try {
      var listed = tools.list(session, server);
      outcome = "ok";
      return listed;
    } catch (Failed e) {
      outcome = "error";
      throw e;
    } finally {
      meters.mcpListed(outcome, start);
    }
  }

  @Override
  public McpResult call(Session session, McpServer server, String tool, ToolCall call)
      throws Failed, InterruptedException {
    long start = System.nanoTime();
    var outcome = "interrupted";
    try {
      var result = tools.call(session, server, tool, call);
      outcome = result.isError() ? "error" : "ok";
      return result;
    } catch (Failed e) {
      outcome = e.sent() ? "lost" : "error";
      throw e;
    } finally {
      meters.calledMcp(outcome, start);
    }
  }
}
