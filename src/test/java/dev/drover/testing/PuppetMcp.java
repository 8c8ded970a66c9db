package dev.drover.testing;

import dev.drover.base.Json;
import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.session.RemoteTool;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.tools.McpResult;
import dev.drover.tools.McpTools;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// MCP servers that do what the test says, by their names. What they were asked is kept.
public final class PuppetMcp implements McpTools {
  /// How a server runs a call.
  @FunctionalInterface
  public interface Does {
    McpResult run(String tool, ToolCall call) throws Failed, InterruptedException;
  }

  private final Map<String, List<RemoteTool>> tools = new ConcurrentHashMap<>();
  private final Map<String, SessionError.Type> failures = new ConcurrentHashMap<>();
  private final Map<String, Knowledge> knowledge = new ConcurrentHashMap<>();
  private final Map<String, Knowledge> stubborn = new ConcurrentHashMap<>();
  private final List<String> listed = new CopyOnWriteArrayList<>();
  private final List<String> called = new CopyOnWriteArrayList<>();
  private volatile Does does = (tool, _) -> text("did " + tool);

  public static McpResult text(String text) {
    return new McpResult(Json.arr(ScriptedModel.textBlock(text)), false);
  }

  public static RemoteTool tool(String name) {
    return tool(name, false);
  }

  public static RemoteTool tool(String name, boolean repeatable) {
    return new RemoteTool(name, "What " + name + " does.", Json.obj("type", "object"), repeatable);
  }

  /// The server has these tools and can be asked.
  public PuppetMcp has(String server, RemoteTool... its) {
    tools.put(server, List.of(its));
    failures.remove(server);
    return this;
  }

  public PuppetMcp fails(String server, SessionError.Type type) {
    failures.put(server, type);
    return this;
  }

  public PuppetMcp does(Does how) {
    does = how;
    return this;
  }

  public PuppetMcp knows(String server, Knowledge what) {
    knowledge.put(server, what);
    return this;
  }

  /// This is known of the server even after it was asked.
  public PuppetMcp always(String server, Knowledge what) {
    stubborn.put(server, what);
    return knows(server, what);
  }

  /// The servers that were asked for their tools, in order.
  public List<String> listed() {
    return listed;
  }

  /// The calls, each as `server.tool`.
  public List<String> called() {
    return called;
  }

  public static Failed failed(String server, SessionError.Type type, boolean sent) {
    return new Failed(
        new SessionError(type, "it is away", SessionError.Retry.EXHAUSTED, server), sent);
  }

  private void check(McpServer server) throws Failed {
    var failure = failures.get(server.name());
    if (failure != null) {
      throw failed(server.name(), failure, false);
    }
  }

  @Override
  public Knowledge knowledge(SessionId session, McpServer server) {
    return knowledge.getOrDefault(server.name(), Knowledge.NONE);
  }

  @Override
  public List<RemoteTool> list(Session session, McpServer server) throws Failed {
    listed.add(server.name());
    check(server);
    knowledge.put(server.name(), stubborn.getOrDefault(server.name(), Knowledge.CURRENT));
    return Optional.ofNullable(tools.get(server.name())).orElse(List.of());
  }

  @Override
  public McpResult call(Session session, McpServer server, String tool, ToolCall call)
      throws Failed, InterruptedException {
    called.add(server.name() + "." + tool);
    check(server);
    return does.run(tool, call);
  }
}
