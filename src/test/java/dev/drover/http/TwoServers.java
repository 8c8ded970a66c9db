package dev.drover.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;

/// A server on 127.0.0.2, and on the same port of 127.0.0.3 a listener that counts who connects.
final class TwoServers implements AutoCloseable {
  private static final String LONG = "x".repeat(100_000);

  private final HttpServer server;
  private final ServerSocket canary;
  private final boolean tls;
  private final AtomicInteger hidden = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private TwoServers(HttpServer server, ServerSocket canary, Optional<SSLContext> context) {
    this.server = server;
    this.canary = canary;
    this.tls = context.isPresent();
    if (server instanceof HttpsServer secure) {
      secure.setHttpsConfigurator(new HttpsConfigurator(context.orElseThrow()));
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    threads.execute(this::count);
  }

  private static TwoServers open(Optional<SSLContext> context) {
    var at = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);
    try {
      while (true) {
        var server = context.isPresent() ? HttpsServer.create(at, 0) : HttpServer.create(at, 0);
        int port = server.getAddress().getPort();
        try {
          var canary = new ServerSocket(port, 50, InetAddress.ofLiteral("127.0.0.3"));
          return new TwoServers(server, canary, context);
        } catch (BindException _) {
          server.stop(0);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TwoServers plain() {
    return open(Optional.empty());
  }

  static TwoServers secure(SSLContext context) {
    return open(Optional.of(context));
  }

  private void count() {
    try {
      while (true) {
        canary.accept().close();
        hidden.incrementAndGet();
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      var uri = exchange.getRequestURI();
      var path = uri.getPath();
      if (path.startsWith("/redirect/")) {
        var to = URLDecoder.decode(uri.getRawQuery(), StandardCharsets.UTF_8);
        redirect(exchange, Integer.parseInt(path.substring(10)), to);
      } else if (path.startsWith("/chain/") && !path.equals("/chain/0")) {
        redirect(exchange, 302, "" + (Integer.parseInt(path.substring(7)) - 1));
      } else {
        switch (path) {
          case "/headers" -> say(exchange, headers(exchange));
          case "/body" ->
              say(
                  exchange,
                  exchange.getRequestMethod()
                      + " '"
                      + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                      + "'");
          case "/long" -> say(exchange, LONG);
          case "/stall" -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            await();
          }
          case "/mute" -> await();
          default -> say(exchange, seen(exchange));
        }
      }
    }
  }

  private void await() {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void redirect(HttpExchange exchange, int status, String to) throws IOException {
    exchange.getResponseHeaders().set("location", to);
    exchange.sendResponseHeaders(status, -1);
  }

  private static String headers(HttpExchange exchange) {
    var headers = exchange.getRequestHeaders();
    return String.join(
        " ",
        headers.getOrDefault("Authorization", List.of("none")).getFirst(),
        headers.getOrDefault("X-Api-Key", List.of("none")).getFirst(),
        headers.getOrDefault("Cookie", List.of("none")).getFirst(),
        headers.getOrDefault("User-Agent", List.of("none")).getFirst());
  }

  /// The request's line, its host, and the host that the handshake named.
  private static String seen(HttpExchange exchange) {
    var names =
        exchange instanceof HttpsExchange secure
                && secure.getSSLSession() instanceof ExtendedSSLSession session
            ? session.getRequestedServerNames()
            : List.of();
    return exchange.getRequestMethod()
        + " "
        + exchange.getRequestURI()
        + " "
        + exchange.getRequestHeaders().getFirst("Host")
        + (names.isEmpty() ? "" : " " + ((SNIHostName) names.getFirst()).getAsciiName());
  }

  private static void say(HttpExchange exchange, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  String scheme() {
    return tls ? "https" : "http";
  }

  int port() {
    return server.getAddress().getPort();
  }

  /// Requests to 127.0.0.2.
  int requests() {
    return requests.get();
  }

  /// Connections to 127.0.0.3.
  int hidden() {
    return hidden.get();
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    try {
      canary.close();
    } catch (IOException _) {
      // nothing is left to close
    }
    threads.shutdownNow();
  }
}
