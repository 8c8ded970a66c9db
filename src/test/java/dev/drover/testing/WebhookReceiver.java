package dev.drover.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/// A receiver of webhooks on loopback. It answers with what a test says, and keeps every request.
public final class WebhookReceiver implements AutoCloseable {
  /// In place of a status: the connection is closed without an answer.
  public static final int AWAY = 0;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<Received> arriving = new LinkedBlockingQueue<>();
  private final List<Received> all = new CopyOnWriteArrayList<>();
  private volatile ToIntFunction<Received> answer = _ -> 200;

  /// A request.
  public record Received(String path, Map<String, List<String>> headers, String body) {
    public Json.Obj json() {
      return (Json.Obj) Json.trusted(body);
    }

    /// The id of the event.
    public String id() {
      return String.valueOf(json().text("id"));
    }

    /// The type of the event.
    public String type() {
      return String.valueOf(json().object("data").text("type"));
    }

    /// What the event is about.
    public String about() {
      return String.valueOf(json().object("data").text("id"));
    }

    /// Whether the standard's own library accepts the signature.
    public boolean isSignedWith(String secret) {
      try {
        new Webhook(secret).verify(body, headers);
        return true;
      } catch (WebhookVerificationException | EmptyWebhookSecretException _) {
        return false;
      }
    }
  }

  public WebhookReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::receive);
    server.start();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      var path = exchange.getRequestURI().getPath();
      var received = new Received(path, Map.copyOf(exchange.getRequestHeaders()), body);
      all.add(received);
      arriving.add(received);
      int status = answer.applyAsInt(received);
      if (status == AWAY) {
        return;
      }
      if (status / 100 == 3) {
        exchange.getResponseHeaders().set("location", "http://127.0.0.1:1/");
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  /// What it answers from now on: a status, or [#AWAY].
  public void answering(ToIntFunction<Received> status) {
    answer = status;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /// Waits for the next request.
  public Received next() throws InterruptedException {
    var received = arriving.poll(60, TimeUnit.SECONDS);
    if (received == null) {
      throw new AssertionError("nothing came; before, there were " + all.size());
    }
    return received;
  }

  /// Every request so far.
  public List<Received> all() {
    return List.copyOf(all);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
