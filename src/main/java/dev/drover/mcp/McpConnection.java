package dev.drover.mcp;

import dev.drover.base.Json;
import dev.drover.base.Pause;
import dev.drover.session.RemoteTool;
import dev.drover.tools.McpResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A connection to an MCP server for one session: the version of the protocol that both speak, and
/// what is asked in it. Safe for many threads.
final class McpConnection implements AutoCloseable {
  static final Json.Obj CLIENT = Json.obj("name", "drover", "version", "1");

  private static final int MOST_PAGES = 100;
  private static final Duration FOR_CANCELLING = Duration.ofSeconds(2);

  private final String server;
  private final McpTimes times;
  private final McpTransport transport;
  private final McpVersion version;
  private final Changes changes;
  private final AtomicLong ids;
  private volatile @Nullable Map<String, ParamHeaders> headers;

  /// What a server has said of its tools.
  private static final class Changes implements McpTransport.Incidents {
    private volatile boolean changed;
    private volatile boolean deaf;

    @Override
    public void received(Json.Obj notification) {
      if ("notifications/tools/list_changed".equals(notification.text("method"))) {
        changed = true;
      }
    }
  }

  private McpConnection(
      String server,
      McpTimes times,
      McpTransport transport,
      McpVersion version,
      Changes changes,
      AtomicLong ids) {
    this.server = server;
    this.times = times;
    this.transport = transport;
    this.version = version;
    this.changes = changes;
    this.ids = ids;
  }

  /// Connects in the version that the server speaks: first with the handshake that nearly every
  /// server knows, then without one, then over the first transport.
  ///
  /// @param server its name, for the log
  static McpConnection open(String server, McpEndpoint endpoint, McpTimes times, Pause pause)
      throws McpTrouble, InterruptedException {
    var changes = new Changes();
    var streamable = new StreamableTransport(endpoint, times, pause, changes);
    McpTrouble first;
    try {
      return initialized(server, times, streamable, changes);
    } catch (McpTrouble e) {
      streamable.close();
      if (!e.mayBeAnotherVersion()) {
        throw e;
      }
      first = e;
    }
    try {
      return first.hasError()
          ? discovered(server, times, endpoint, pause)
          : overEvents(server, times, endpoint);
    } catch (McpTrouble e) {
      if (e.kind() == McpTrouble.Kind.UNAUTHORIZED) {
        throw e;
      }
    }
    try {
      return first.hasError()
          ? overEvents(server, times, endpoint)
          : discovered(server, times, endpoint, pause);
    } catch (McpTrouble e) {
      throw e.kind() == McpTrouble.Kind.UNAUTHORIZED ? e : first;
    }
  }

  private static McpConnection overEvents(String server, McpTimes times, McpEndpoint endpoint)
      throws McpTrouble, InterruptedException {
    var changes = new Changes();
    var transport = EventsTransport.open(endpoint, changes, Deadline.in(times.opening()));
    try {
      return initialized(server, times, transport, changes);
    } catch (McpTrouble | InterruptedException | RuntimeException e) {
      transport.close();
      throw e;
    }
  }

  private static McpConnection initialized(
      String server, McpTimes times, McpTransport transport, Changes changes)
      throws McpTrouble, InterruptedException {
    var ids = new AtomicLong();
    var params =
        Json.obj(
            "protocolVersion",
            McpVersion.OFFERED.date(),
            "capabilities",
            Json.EMPTY,
            "clientInfo",
            CLIENT);
    var deadline = Deadline.in(times.opening());
    var request = RpcMessage.request(ids.incrementAndGet(), "initialize", params);
    var result = result(transport.request(request, Map.of(), deadline));
    var version =
        McpVersion.chosen(result)
            .orElseThrow(
                () ->
                    new McpTrouble(
                        McpTrouble.Kind.REFUSED,
                        "The server speaks a version of the protocol that Drover does not."));
    transport.agreed(version);
    transport.send(RpcMessage.notification("notifications/initialized", Json.EMPTY), deadline);
    return new McpConnection(server, times, transport, version, changes, ids).listening(result);
  }

  private static McpConnection discovered(
      String server, McpTimes times, McpEndpoint endpoint, Pause pause)
      throws McpTrouble, InterruptedException {
    var changes = new Changes();
    var transport = new StreamableTransport(endpoint, times, pause, changes);
    transport.agreed(McpVersion.STATELESS);
    var connection =
        new McpConnection(
            server, times, transport, McpVersion.STATELESS, changes, new AtomicLong());
    try {
      var deadline = Deadline.in(times.opening());
      return connection.listening(
          connection.asked("server/discover", Json.EMPTY, Map.of(), deadline));
    } catch (McpTrouble | InterruptedException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /// Listens for changes of the tools, if the server announces them.
  private McpConnection listening(Json.Obj agreed) {
    var tools = agreed.object("capabilities").object("tools");
    if (tools.get("listChanged").filter(Json.of(true)::equals).isPresent()) {
      transport.listen(() -> changes.deaf = true);
    }
    return this;
  }

  boolean hasChanged() {
    return changes.changed;
  }

  /// Whether the server announces changes, but cannot be heard any more.
  boolean isDeaf() {
    return changes.deaf;
  }

  /// The server's tools.
  List<RemoteTool> list() throws McpTrouble, InterruptedException {
    changes.changed = false; // a change from now on is perhaps not in the list
    var tools = new ToolReader(server);
    var deadline = times.forList();
    var cursor = "";
    for (int pages = 0; pages < MOST_PAGES; pages++) {
      var params = cursor.isEmpty() ? Json.EMPTY : Json.obj("cursor", cursor);
      var page = asked("tools/list", params, Map.of(), deadline);
      deadline.progress();
      for (var item : page.items("tools")) {
        tools.add(item);
      }
      var next = page.text("nextCursor");
      if (next == null || next.isEmpty()) {
        headers = tools.headers();
        return tools.tools();
      }
      cursor = next;
    }
    throw new McpTrouble(
        McpTrouble.Kind.REFUSED, "The server's list of tools has more than 100 pages.");
  }

  /// Has the server run a call.
  McpResult call(String tool, Json.Obj input) throws McpTrouble, InterruptedException {
    var more = Map.<String, String>of();
    if (version == McpVersion.STATELESS) {
      if (headers == null) {
        list();
      }
      var known = headers;
      more =
          (known == null ? Map.<String, ParamHeaders>of() : known)
              .getOrDefault(tool, ParamHeaders.NONE)
              .of(tool, input);
    }
    long id = ids.incrementAndGet();
    var params = Json.obj("name", tool, "arguments", input, "_meta", Json.obj("progressToken", id));
    var deadline = times.forCall();
    try {
      return result(tool, message(id, "tools/call", params, more, deadline));
    } catch (InterruptedException e) {
      cancel(id, "the user has interrupted the session");
      throw e;
    } catch (McpTrouble e) {
      if (deadline.hasPassed()) {
        cancel(id, "it took too long");
      }
      throw e;
    }
  }

  private static McpResult result(String tool, Json.Obj answer) {
    var error = answer.get("error");
    if (error.isPresent()) {
      return failed(tool + ": " + RpcMessage.words(answer.object("error")));
    }
    var result = answer.object("result");
    if ("input_required".equals(result.text("resultType"))) {
      return failed(
          tool
              + ": the server asks for input of a user, which Drover cannot pass on. The call has"
              + " no result.");
    }
    boolean isError = result.get("isError").filter(Json.of(true)::equals).isPresent();
    return new McpResult(McpContent.of(result), isError);
  }

  private static McpResult failed(String text) {
    return new McpResult(Json.arr(Json.obj("type", "text", "text", text)), true);
  }

  /// Asks the server to stop a request, if closing its connection has not done so.
  private void cancel(long id, String why) {
    if (!transport.cancelsByClosing()) {
      var params = Json.obj("requestId", id, "reason", why);
      BackgroundThreads.within(
          FOR_CANCELLING,
          () -> {
            try {
              var notice = RpcMessage.notification("notifications/cancelled", params);
              transport.send(notice, Deadline.in(FOR_CANCELLING));
            } catch (McpTrouble _) {
              // the result is not used anyway
            }
          });
    }
  }

  private Json.Obj asked(
      String method, Json.Obj params, Map<String, String> more, Deadline deadline)
      throws McpTrouble, InterruptedException {
    return result(message(ids.incrementAndGet(), method, params, more, deadline));
  }

  /// The answer to a request, a result or an error.
  private Json.Obj message(
      long id, String method, Json.Obj params, Map<String, String> more, Deadline deadline)
      throws McpTrouble, InterruptedException {
    var request = RpcMessage.request(id, method, params);
    if (version != McpVersion.STATELESS) {
      return transport.request(request, Map.of(), deadline);
    }
    return transport.request(
        StatelessRequests.complete(request), StatelessRequests.headers(method, more), deadline);
  }

  private static Json.Obj result(Json.Obj answer) throws McpTrouble {
    if (answer.get("error").isPresent()) {
      var error = answer.object("error");
      throw new McpTrouble(
          McpTrouble.Kind.REFUSED,
          "The server answers with an error: " + RpcMessage.words(error) + ".",
          200,
          error);
    }
    return answer.object("result");
  }

  @Override
  public void close() {
    transport.close();
  }
}
