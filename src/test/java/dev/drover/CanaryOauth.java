package dev.drover;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import dev.drover.testing.McpHost;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/// An OAuth server that accepts each refresh token once, and repeats what it refuses. Its token
/// endpoints are independent of each other. Safe for many threads.
final class CanaryOauth implements AutoCloseable {
  /// An endpoint that answers at once.
  static final String PROMPT = "/prompt";

  /// An endpoint that does not read a request before it is released, and then drops it: the
  /// client's token is still valid.
  static final String UNREAD = "/unread";

  /// An endpoint that does not answer before it is released, but has replaced the client's token.
  static final String UNANSWERED = "/unanswered";

  static final List<String> HELD = List.of(UNREAD, UNANSWERED);

  private final UnaryOperator<String> secrets;
  private final CountDownLatch released;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, String> valid = new ConcurrentHashMap<>();
  private final Set<String> access = ConcurrentHashMap.newKeySet();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  /// The bodies of all requests.
  final Queue<String> requests = new ConcurrentLinkedQueue<>();

  /// @param secrets makes a secret of a kind
  /// @param released opens when nothing is held any more
  CanaryOauth(UnaryOperator<String> secrets, CountDownLatch released) throws IOException {
    this.secrets = secrets;
    this.released = released;
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 10);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  /// The URL of an endpoint.
  String url(String endpoint) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + endpoint;
  }

  /// A refresh token as a user gets it who authorizes the client at an endpoint. Those that the
  /// user had before are void.
  String authorized(String endpoint) {
    var token = secrets.apply("a refresh token of " + endpoint);
    valid.put(endpoint, token);
    return token;
  }

  /// Whether a value of the header `authorization` has an access token of this server.
  boolean accepts(String authorization) {
    return access.contains(authorization.replaceFirst("^Bearer ", ""));
  }

  /// Whether a request is under way at each of the endpoints that hold it.
  boolean holdsAll() {
    return waiting.containsAll(HELD);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var endpoint = exchange.getRequestURI().getPath();
      var form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      requests.add(form);
      boolean held = HELD.contains(endpoint) && released.getCount() > 0;
      boolean drops = held && endpoint.equals(UNREAD);
      var answer = drops ? Json.EMPTY : exchanged(endpoint, form);
      if (held) {
        waiting.add(endpoint);
        released.await();
      }
      if (!drops) {
        McpHost.answer(
            exchange,
            answer.text("error") == null ? 200 : 400,
            "application/json",
            answer.toString());
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  private synchronized Json.Obj exchanged(String endpoint, String form) {
    var expected = "refresh_token=" + valid.get(endpoint);
    if (Arrays.stream(form.split("&", -1)).noneMatch(expected::equals)) {
      return Json.obj("error", "invalid_grant", "error_description", "You sent " + form);
    }
    var token = secrets.apply("a renewed access token of " + endpoint);
    access.add(token);
    return Json.obj(
        "access_token",
        token,
        "refresh_token",
        authorized(endpoint),
        "token_type",
        "Bearer",
        "expires_in",
        3600);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
