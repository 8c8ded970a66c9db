package dev.drover.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.settings.SettingValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/// A server on a real port that says what the test wrote down, and keeps what it was asked.
final class CannedServer implements ServerFactory, AutoCloseable {
  static final String SESSION = "sesn_01Canned01Canned01Canned";

  /// With a number from 1: the ids of the events that were sent.
  static final String OWN = "sevt_own";

  /// In a stream's script: wait until a client has sent events.
  static final String UNTIL_SENT = "(until sent)";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<List<String>> streams = new ArrayDeque<>();
  private final Deque<String> lists = new ArrayDeque<>();
  private final Deque<Json.Obj> environments = new ArrayDeque<>();
  private final Map<String, String> others = new ConcurrentHashMap<>();
  private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private int stored;
  private int refusals;
  private int refusal = 200;
  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final List<Map<String, String>> started = new CopyOnWriteArrayList<>();

  record Asked(String request, String body, String authorization) {}

  CannedServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /// What the next stream says, piece by piece, before it breaks off.
  CannedServer stream(String... pieces) {
    streams.add(List.of(pieces));
    return this;
  }

  /// The next page of a list of events.
  CannedServer list(String page) {
    lists.add(page);
    return this;
  }

  CannedServer environment(String id, String name) {
    environments.add(Json.obj("id", id, "name", name, "archived_at", null));
    return this;
  }

  /// What a path answers that has nothing of its own here.
  CannedServer says(String path, String json) {
    others.put(path, json);
    return this;
  }

  /// Answers the next POST to a path that ends so with a status.
  CannedServer refuse(int status) {
    refusals = 1;
    refusal = status;
    return this;
  }

  /// An event as it goes over the wire.
  static String frame(String json) {
    var type = TurnOutcome.type((Json.Obj) Json.trusted(json));
    return "event: " + type + "\ndata: " + json + "\n\n";
  }

  List<String> requests() {
    return asked.stream().map(Asked::request).toList();
  }

  List<String> bodies(String request) {
    return asked.stream().filter(a -> a.request().equals(request)).map(Asked::body).toList();
  }

  @Override
  public Endpoint serve(Map<String, String> flags) {
    return embed(flags);
  }

  @Override
  public Endpoint embed(Map<String, String> flags) {
    started.add(flags);
    return new Endpoint(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
        new Secret("sk-canned"),
        () -> {},
        this::close);
  }

  @Override
  public LocalServer local(Map<String, String> flags) {
    return new LocalServer(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
        Optional.of(new Secret("sk-canned")),
        Path.of("api-key"));
  }

  @Override
  public List<SettingValue> settings(Map<String, String> flags) {
    throw new IllegalStateException("nothing asks");
  }

  private void answer(HttpExchange exchange) throws IOException {
    var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var path = exchange.getRequestURI().toString();
    var request = exchange.getRequestMethod() + " " + path;
    asked.add(new Asked(request, body, exchange.getRequestHeaders().getFirst("authorization")));
    if (exchange.getRequestMethod().equals("POST") && refusals > 0) {
      refusals--;
      answer(
          exchange,
          refusal,
          """
          {"type":"error","error":{"type":"some_error","message":"not so"},"request_id":"req_7"}\
          """);
    } else if (path.startsWith("/v1/sessions/" + SESSION + "/events/stream")) {
      stream(exchange, streams.remove());
    } else if (path.startsWith("/v1/sessions/" + SESSION + "/events?")) {
      answer(exchange, 200, lists.remove());
    } else if (path.equals("/v1/sessions/" + SESSION + "/events")) {
      answer(exchange, 200, stored(body));
      sent.add(body);
    } else if (path.startsWith("/v1/environments?")) {
      answer(
          exchange, 200, Json.obj("data", List.copyOf(environments), "next_page", null).toString());
    } else if (others.containsKey(path)) {
      answer(exchange, 200, others.get(path));
    } else {
      var id =
          switch (path) {
            case "/v1/environments" -> "env_01Canned";
            case "/v1/agents" -> "agent_01Canned";
            default -> SESSION;
          };
      answer(exchange, 200, Json.obj("id", id).toString());
    }
  }

  private String stored(String body) {
    var events = ((Json.Obj) Json.trusted(body)).items("events").stream();
    return Json.obj(
            "data",
            events
                .map(
                    event ->
                        ((Json.Obj) event).with("id", OWN + ++stored).with("processed_at", null))
                .toList())
        .toString();
  }

  private void stream(HttpExchange exchange, List<String> pieces) throws IOException {
    exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    try (var out = exchange.getResponseBody()) {
      out.write(":\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      for (var piece : pieces) {
        if (piece.equals(UNTIL_SENT)) {
          sent.take();
        } else {
          out.write(piece.getBytes(StandardCharsets.UTF_8));
          out.flush();
        }
      }
    } catch (InterruptedException _) {
      // the test is over
    }
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (var out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    server.stop(0);
    closing.countDown();
  }

  boolean isClosed() {
    return closing.getCount() == 0;
  }
}
