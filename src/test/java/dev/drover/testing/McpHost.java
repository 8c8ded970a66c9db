package dev.drover.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// An MCP server on loopback that behaves, except where the test says otherwise: by the method of a
/// message, or by the HTTP method for requests without one. What it received is kept.
public final class McpHost implements AutoCloseable {
  /// What a test makes of a request. `message` is empty if there was none.
  @FunctionalInterface
  public interface Does {
    void answer(HttpExchange exchange, Json.Obj message) throws IOException, InterruptedException;
  }

  /// A request: its message, if it had one, and its headers.
  public record Seen(String method, Json.Obj message, Map<String, List<String>> headers) {
    public String header(String name) {
      return String.join(",", headers.getOrDefault(name, List.of()));
    }
  }

  private final HttpServer http;
  private final Map<String, Does> does = new ConcurrentHashMap<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private volatile Predicate<String> admitted = _ -> true;
  private volatile Json.Arr tools = Json.arr(tool("look"));
  private volatile Json.Obj capabilities = Json.obj("tools", Json.EMPTY);

  public McpHost() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/", this::handle);
    http.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/mcp");
  }

  public static Json.Obj tool(String name) {
    return Json.obj(
        "name",
        name,
        "description",
        "What " + name + " does.",
        "inputSchema",
        Json.obj("type", "object"));
  }

  public McpHost on(String method, Does how) {
    does.put(method, how);
    return this;
  }

  /// A result for a method.
  public McpHost gives(String method, Json.Obj result) {
    return on(method, (exchange, message) -> json(exchange, result(message, result)));
  }

  public McpHost lists(Object... what) {
    tools = Json.arr(what);
    return this;
  }

  /// Answers requests with another header `authorization` with 401, and repeats it.
  public McpHost admits(Predicate<String> authorization) {
    admitted = authorization;
    return this;
  }

  public McpHost announces() {
    capabilities = Json.obj("tools", Json.obj("listChanged", true));
    return this;
  }

  public List<Seen> seen() {
    return seen;
  }

  /// The methods of the messages, or of the requests without one, in order.
  public List<String> methods() {
    return seen.stream().map(Seen::method).toList();
  }

  public Seen last(String method) {
    return seen.stream().filter(one -> one.method().equals(method)).toList().getLast();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var message =
        text.isEmpty() || !text.startsWith("{") ? Json.EMPTY : (Json.Obj) Json.trusted(text);
    var name = message.text("method");
    var method =
        name != null ? name : message.fields().isEmpty() ? exchange.getRequestMethod() : "answer";
    var headers = new ConcurrentHashMap<String, List<String>>();
    exchange
        .getRequestHeaders()
        .forEach((key, value) -> headers.put(key.toLowerCase(java.util.Locale.ROOT), value));
    seen.add(new Seen(method, message, headers));
    try (exchange) {
      var authorization = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
      if (!admitted.test(authorization)) {
        answer(exchange, 401, "text/plain", "You sent " + authorization);
        return;
      }
      does.getOrDefault(method, this::usual).answer(exchange, message);
    } catch (InterruptedException | IOException | UncheckedIOException _) {
      // the client is gone
    }
  }

  private void usual(HttpExchange exchange, Json.Obj message) throws IOException {
    switch (String.valueOf(message.text("method"))) {
      case "initialize" ->
          json(
              exchange,
              result(
                  message,
                  Json.obj(
                      "protocolVersion", message.object("params").text("protocolVersion"),
                      "capabilities", capabilities,
                      "serverInfo", Json.obj("name", "host", "version", "1"))));
      case "tools/list" -> json(exchange, result(message, Json.obj("tools", tools)));
      case "tools/call" ->
          json(exchange, result(message, said("did " + message.object("params").text("name"))));
      case "null" -> exchange.sendResponseHeaders(message.fields().isEmpty() ? 405 : 202, -1);
      default -> exchange.sendResponseHeaders(202, -1);
    }
  }

  public static Json.Obj said(String text) {
    return Json.obj("content", List.of(Json.obj("type", "text", "text", text)));
  }

  public static Json.Obj result(Json.Obj request, Json.Obj result) {
    return Json.obj("jsonrpc", "2.0", "id", request.get("id").orElseThrow(), "result", result);
  }

  public static void json(HttpExchange exchange, Json body) throws IOException {
    answer(exchange, 200, "application/json", body.toString());
  }

  public static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    exchange.getResponseHeaders().set("content-type", type);
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /// Begins a stream of events; [#event] writes them.
  public static void stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("content-type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().flush();
  }

  public static void write(HttpExchange exchange, String text) throws IOException {
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
  }

  public static void event(HttpExchange exchange, Json message) throws IOException {
    write(exchange, "event: message\ndata: " + message + "\n\n");
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
