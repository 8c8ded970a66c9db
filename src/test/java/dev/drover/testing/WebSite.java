package dev.drover.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.http.Outbound;
import dev.drover.http.PrivateHosts;
import dev.drover.http.PublicOnly;
import dev.drover.http.Resolver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/// A server on 127.0.0.2 that has every name below `example`, and says what a test says.
public final class WebSite implements AutoCloseable {
  public static final String ADDRESS = "127.0.0.2";

  /// One answer.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Answer(int status, Map<String, String> headers, byte[] body) {}

  /// An answer that a test writes itself.
  public interface Script {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ServerSocket canary;
  private final AtomicInteger strays = new AtomicInteger();
  private final Map<String, Script> pages = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);

  public WebSite() {
    var pair = pair();
    server = pair.server;
    canary = pair.canary;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    threads.execute(this::count);
  }

  private record Pair(HttpServer server, ServerSocket canary) {}

  /// Two listeners on one port; another test may have that port at one of the addresses.
  private static Pair pair() {
    var at = new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), 0);
    try {
      while (true) {
        var server = HttpServer.create(at, 0);
        try {
          int port = server.getAddress().getPort();
          return new Pair(server, new ServerSocket(port, 50, InetAddress.ofLiteral("127.0.0.1")));
        } catch (BindException _) {
          server.stop(0);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void count() {
    while (!canary.isClosed()) {
      try (var _ = canary.accept()) {
        strays.incrementAndGet();
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  /// How many connections came to the same port of 127.0.0.1, where no test may lead.
  public int strays() throws IOException {
    try (var last = new Socket(canary.getInetAddress(), canary.getLocalPort())) {
      last.getInputStream().read(); // until it is counted and closed, and so are those before it
    }
    return strays.getAndSet(0) - 1;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders();
      requests.add(headers.getFirst("host").replaceFirst(":.*", "") + exchange.getRequestURI());
      pages
          .getOrDefault(
              exchange.getRequestURI().getRawPath(), script(new Answer(404, Map.of(), bytes("no"))))
          .answer(exchange);
    }
  }

  private static Script script(Answer answer) {
    return exchange -> {
      answer.headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      exchange.sendResponseHeaders(
          answer.status, answer.body.length == 0 ? -1 : answer.body.length);
      exchange.getResponseBody().write(answer.body);
    };
  }

  public WebSite page(String path, Script script) {
    pages.put(path, script);
    return this;
  }

  public WebSite page(String path, String type, byte[] body) {
    return page(path, script(new Answer(200, Map.of("content-type", type), body)));
  }

  public WebSite html(String path, String body) {
    return page(path, "text/html; charset=utf-8", bytes(body));
  }

  public WebSite text(String path, String body) {
    return page(path, "text/plain", bytes(body));
  }

  public WebSite answers(String path, int status, Map<String, String> headers, String body) {
    return page(path, script(new Answer(status, headers, bytes(body))));
  }

  public WebSite redirects(String path, String target) {
    return answers(path, 302, Map.of("location", target), "");
  }

  /// Waits until this is closed.
  public void hang() {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// What was asked for: host and path.
  public List<String> requests() {
    return requests;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /// A URL of `www.example`.
  public String url(String path) {
    return url("www.example", path);
  }

  public String url(String host, String path) {
    return "http://" + host + ":" + port() + path;
  }

  /// A client that reaches this server and nothing else on this machine.
  public Outbound outbound() {
    return new Outbound(guard(WebSite::lookUp), Duration.ofSeconds(5));
  }

  public static PublicOnly guard(Resolver resolver) {
    return new PublicOnly(PrivateHosts.of(List.of(ADDRESS)), resolver);
  }

  public static InetAddress[] lookUp(String host) throws UnknownHostException {
    if (host.equals("private.example")) {
      return new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
    }
    if (host.equals("mixed.example")) {
      return new InetAddress[] {InetAddress.ofLiteral(ADDRESS), InetAddress.ofLiteral("10.0.0.1")};
    }
    if (host.equals("example") || host.endsWith(".example")) {
      return new InetAddress[] {InetAddress.ofLiteral(ADDRESS)};
    }
    return InetAddress.getAllByName(host);
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] gzip(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static byte[] deflate(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var zip = new DeflaterOutputStream(out)) {
      zip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    end.countDown();
    try {
      canary.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
