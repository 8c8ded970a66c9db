package dev.drover;

import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.policy.Denial;
import dev.drover.policy.OperatorPolicy;
import dev.drover.session.RemoteTool;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.tools.McpResult;
import dev.drover.tools.McpTools;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The MCP servers that the operator's policy allows. The policy is asked for each request, because
/// it may have become stricter since an agent was saved.
record AllowedMcp(McpTools servers, Supplier<OperatorPolicy> policy) implements McpTools {
  /// A server that is no longer allowed is asked for its tools once more, so that they are no
  /// longer offered.
  @Override
  public Knowledge knowledge(SessionId session, McpServer server) {
    return denial(server).isPresent() ? Knowledge.CHANGED : servers.knowledge(session, server);
  }

  @Override
  public List<RemoteTool> list(Session session, McpServer server)
      throws Failed, InterruptedException {
    check(server);
    return servers.list(session, server);
  }

  @Override
  public McpResult call(Session session, McpServer server, String tool, ToolCall call)
      throws Failed, InterruptedException {
    check(server);
    return servers.call(session, server, tool, call);
  }

  private Optional<Denial> denial(McpServer server) {
    return policy.get().mcp().denial(server.url());
  }

  private void check(McpServer server) throws Failed {
    var denial = denial(server);
    if (denial.isPresent()) {
      throw new Failed(
          new SessionError(
              SessionError.Type.MCP_CONNECTION_FAILED,
              "MCP server \"%s\": not connected, because %s."
                  .formatted(server.name(), denial.get().sentence()),
              SessionError.Retry.EXHAUSTED,
              server.name()),
          false);
    }
  }
}
