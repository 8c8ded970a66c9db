package dev.drover.brain;

import dev.drover.base.Scope;
import dev.drover.catalog.McpServer;
import dev.drover.session.Emission;
import dev.drover.session.Event;
import dev.drover.session.RemoteTool;
import dev.drover.session.SessionError;
import dev.drover.tools.McpTools;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The part of a wake that asks MCP servers for their tools. What they say is in the log before a
/// model sees it. A server that cannot be asked is an error that the client sees; the turn goes on
/// without its tools. One thread.
final class Discovery {
  private static final System.Logger LOG = System.getLogger(Discovery.class.getName());

  private final WakeContext at;
  private boolean done;

  Discovery(WakeContext at) {
    this.at = at;
  }

  /// The outcome of asking one server.
  private record Found(Optional<List<RemoteTool>> tools, Optional<SessionError> error) {}

  /// The servers to ask before the model is asked. After [#run] there are none until [#begin].
  List<McpServer> due(Step.Ask step) {
    if (done || at.agent().mcpServers().isEmpty() || step.open().isPresent()) {
      return List.of();
    }
    var listed = ListedTools.of(at.writer().history());
    return at.agent().mcpServers().stream()
        .filter(server -> !listed.hasFailed(server))
        .filter(server -> !listed.tools().containsKey(server) || mayHaveChanged(server, step))
        .toList();
  }

  private boolean mayHaveChanged(McpServer server, Step.Ask step) {
    return switch (at.harness().mcp().knowledge(at.session(), server)) {
      case NONE -> step.turn() != Step.Opening.GOES_ON;
      case CURRENT -> false;
      case CHANGED -> true;
    };
  }

  /// Notes that the model is asked: servers may be due again afterwards.
  void begin() {
    done = false;
  }

  /// Asks the servers, all at once, and records what is new.
  LogWriter.Next run(Step.Ask step, List<McpServer> due) throws InterruptedException {
    var opening = at.opening(step);
    if (!opening.isEmpty() && at.writer().write(opening) == LogWriter.Next.STOP) {
      return LogWriter.Next.STOP;
    }
    var found = new ArrayList<Found>();
    try (var scope = new Scope(at.bell()::ring)) {
      var tasks = due.stream().map(server -> scope.fork(() -> ask(server))).toList();
      for (var task : tasks) {
        if (!at.await(task)) {
          return LogWriter.Next.GO_ON;
        }
        found.add(task.join());
      }
    }
    done = true;
    var before = ListedTools.of(at.writer().history());
    var entries = new ArrayList<Emission.Entry>();
    for (int i = 0; i < due.size(); i++) {
      entries.addAll(entries(due.get(i), found.get(i), before));
    }
    return entries.isEmpty() ? LogWriter.Next.GO_ON : at.writer().write(entries);
  }

  private Found ask(McpServer server) throws InterruptedException {
    try {
      var tools = at.harness().mcp().list(at.row(), server);
      return new Found(Optional.of(tools), Optional.empty());
    } catch (McpTools.Failed e) {
      return new Found(Optional.empty(), Optional.of(e.error()));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "asking an MCP server failed in " + at.session(), e);
      return new Found(
          Optional.empty(),
          Optional.of(
              new SessionError(
                  SessionError.Type.MCP_CONNECTION_FAILED,
                  "MCP server \"" + server.name() + "\": internal error of Drover. See its log.",
                  SessionError.Retry.EXHAUSTED,
                  server.name())));
    }
  }

  private List<Emission.Entry> entries(McpServer server, Found found, ListedTools before) {
    var known = Optional.ofNullable(before.tools().get(server));
    if (found.error().isPresent()) {
      var failed = new Event.Failed(at.id(), found.error().get());
      return List.of(listed(server, found), at.entry(failed));
    }
    if (known.equals(found.tools())) {
      return List.of();
    }
    if (known.isPresent()) {
      LOG.log(
          Level.INFO,
          "an MCP server has changed its tools: " + at.session() + ", " + server.name());
    }
    return List.of(listed(server, found));
  }

  private Emission.Entry listed(McpServer server, Found found) {
    return at.entry(new Event.ToolsListed(at.id(), server, found.tools()));
  }
}
