package dev.drover.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@Tag("sandbox")
final class RoundRobinTest {
  private static final byte[] MUCH = "0123456789".repeat(100_000).getBytes(UTF_8);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<OutputStream> streams = new LinkedBlockingQueue<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final HttpClient http = HttpClient.newHttpClient();

  private HttpServer one;
  private HttpServer two;
  private RoundRobin proxy;

  @BeforeEach
  void start() throws IOException {
    one = node("one");
    two = node("two");
    proxy = RoundRobin.over(url(one), url(two));
  }

  @AfterEach
  void stop() throws Exception {
    http.shutdownNow();
    proxy.close();
    end.countDown();
    one.stop(0);
    two.stop(0);
    threads.shutdownNow();
  }

  private HttpServer node(String name) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/name", exchange -> answer(exchange, name.getBytes(UTF_8)));
    server.createContext(
        "/echo", exchange -> answer(exchange, exchange.getRequestBody().readAllBytes()));
    server.createContext("/chunks", exchange -> chunked(exchange).close());
    server.createContext("/stream", this::stream);
    return server;
  }

  private static URI url(HttpServer server) {
    server.start();
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().add("Content-Length", Integer.toString(body.length));
        exchange.sendResponseHeaders(200, -1);
      } else {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static OutputStream chunked(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    var body = exchange.getResponseBody();
    body.write(MUCH);
    return body;
  }

  private void stream(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().flush();
    streams.add(exchange.getResponseBody());
    try {
      end.await();
    } catch (InterruptedException _) {
      // the test is over
    }
    exchange.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(proxy.url().resolve(path));
  }

  private String name() throws Exception {
    return http.send(request("/name").build(), BodyHandlers.ofString()).body();
  }

  @Test
  void everyRequestGoesToTheNextNode() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(name()).isEqualTo("one");
      assertThat(name()).isEqualTo("two");
    }
    assertThat(List.of(proxy.requests(0), proxy.requests(1))).containsExactly(3, 3);
  }

  @Test
  void oneConnectionCarriesManyRequestsOfAllKinds() throws Exception {
    var raw = new RawHttp(proxy.url());
    var host = " HTTP/1.1\r\nHost: x\r\n";
    var requests =
        List.of(
            "GET /name" + host + "\r\n",
            "HEAD /name" + host + "\r\n",
            "POST /echo" + host + "Content-Length: 3\r\n\r\nabc",
            "POST /echo" + host + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n0\r\n\r\n",
            "GET /name" + host + "\r\n");
    assertThat(raw.sendAll(requests))
        .extracting(RawHttp.Answer::body)
        .containsExactly("one", "", "abc", "de", "one");
  }

  /// A node may have answered, and closed its connection, before the proxy looks for a body.
  @Test
  void aQuickAnswerDoesNotEndTheConnectionOfItsClient() throws Exception {
    var request = "GET /name HTTP/1.1\r\nHost: x\r\n\r\n";
    assertThat(new RawHttp(proxy.url()).sendAll(Collections.nCopies(500, request)))
        .hasSize(500)
        .extracting(RawHttp.Answer::status)
        .containsOnly(200);
  }

  @Test
  void largeBodiesPassWhole() throws Exception {
    var chunks = BodyPublishers.ofByteArrays(IntStream.range(0, 3).mapToObj(_ -> MUCH).toList());
    var echo = http.send(request("/echo").POST(chunks).build(), BodyHandlers.ofByteArray()).body();
    assertThat(echo).hasSize(3 * MUCH.length);
    assertThat(http.send(request("/chunks").build(), BodyHandlers.ofByteArray()).body())
        .isEqualTo(MUCH);
  }

  @Test
  void aStreamIsPassedOnAsItComesAndEndsWithItsReader() throws Exception {
    HttpResponse<InputStream> response;
    response = http.send(request("/stream").build(), BodyHandlers.ofInputStream());
    var server = streams.take();
    var reader = new BufferedReader(new InputStreamReader(response.body(), UTF_8));
    for (var line : List.of("first", "second")) {
      server.write((line + "\n").getBytes(UTF_8));
      server.flush();
      assertThat(reader.readLine()).isEqualTo(line);
    }
    response.body().close();
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () -> {
                          server.write(MUCH);
                          server.flush();
                        })
                    .isInstanceOf(IOException.class));
  }

  @Test
  void aNodeThatIsNotThereIsPassedOver() throws Exception {
    one.stop(0);
    assertThat(List.of(name(), name(), name())).containsOnly("two");
    two.stop(0);
    assertThatThrownBy(this::name).isInstanceOf(IOException.class);
  }

  @Test
  void anAnswerBrokenOffIsNoWholeAnswer() throws Exception {
    var response = http.send(request("/stream").build(), BodyHandlers.ofInputStream());
    one.stop(0);
    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
  }

  @Test
  void aSessionIsServedThroughIt(@TempDir Path directory) throws Exception {
    try (var server =
            ServerProcess.start(
                directory.resolve("data"),
                directory.resolve("log").toFile(),
                Map.of("DROVER_REHEARSAL_FIRST_TOKEN_MS", "0"));
        var both = RoundRobin.over(server.url(), server.url());
        var client = new DroverClient(both.url(), ServerProcess.KEY)) {
      var session = client.session("rehearsal");
      try (var stream = client.stream(session, "")) {
        client.say(session, "Hi");
        stream.until("session.status_idle");
        assertThat(stream.types()).isEqualTo(client.types(session));
      }
    }
  }
}
