package dev.drover.brain;

import dev.drover.catalog.McpServer;
import dev.drover.session.Event;
import dev.drover.session.RemoteTool;
import dev.drover.session.Stored;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The tools of MCP servers as the log says: a fold. A server that could not be asked has none, and
/// is asked again when the session next begins to run. One thread.
final class ListedTools {
  private final Map<McpServer, List<RemoteTool>> tools = new HashMap<>();
  private final Set<McpServer> failed = new HashSet<>();

  static ListedTools of(List<Stored> log) {
    var listed = new ListedTools();
    log.forEach(stored -> listed.add(stored.event()));
    return listed;
  }

  private void add(Event event) {
    switch (event) {
      case Event.ToolsListed e when e.tools().isPresent() -> {
        tools.put(e.server(), e.tools().get());
        failed.remove(e.server());
      }
      case Event.ToolsListed e -> {
        tools.remove(e.server());
        failed.add(e.server());
      }
      case Event.StatusIdle _ -> failed.clear();
      default -> {}
    }
  }

  Map<McpServer, List<RemoteTool>> tools() {
    return tools;
  }

  /// Whether the server could not be asked since the session last began to run.
  boolean hasFailed(McpServer server) {
    return failed.contains(server);
  }
}
