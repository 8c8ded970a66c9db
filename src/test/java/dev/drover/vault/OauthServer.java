package dev.drover.vault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;

/// A real OAuth server that accepts each refresh token once, behind a proxy that counts requests
/// for tokens, and can hold or replace their answers.
final class OauthServer implements AutoCloseable {
  private final MockOAuth2Server server;
  private final HttpServer proxy;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch hold = new CountDownLatch(0);
  private volatile int instead;
  private volatile String body = "";

  OauthServer() {
    server =
        new MockOAuth2Server(
            OAuth2Config.Companion.fromJson(
                "{\"httpServer\":\"NettyWrapper\",\"rotateRefreshToken\":true}"));
    server.start(InetAddress.getLoopbackAddress(), 0);
    try {
      proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    proxy.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    proxy.createContext("/", this::pass);
    proxy.start();
  }

  /// Where clients get new tokens.
  String tokenEndpoint() {
    return "http://127.0.0.1:" + proxy.getAddress().getPort() + "/default/token";
  }

  private String direct() {
    return server.tokenEndpointUrl("default").toString();
  }

  /// Tokens as a user gets them who authorizes a client.
  Json.Obj authorized() throws IOException, InterruptedException {
    var url =
        server.authorizationEndpointUrl("default")
            + "?response_type=code&client_id=me&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb"
            + "&scope=openid&state=1&nonce=2&response_mode=query";
    var redirect =
        http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding());
    var code =
        redirect
            .headers()
            .firstValue("location")
            .orElseThrow()
            .replaceAll(".*code=([^&]*).*", "$1");
    var form =
        "grant_type=authorization_code&client_id=me&client_secret=s"
            + "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcb&code="
            + code;
    var request =
        HttpRequest.newBuilder(URI.create(direct()))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
    return (Json.Obj) Json.trusted(http.send(request, BodyHandlers.ofString()).body());
  }

  /// Uses a refresh token in a request of its own, which is not counted.
  ///
  /// @return the status of the answer
  int use(String token) throws IOException, InterruptedException {
    var form =
        "grant_type=refresh_token&client_id=me&client_secret=s&refresh_token="
            + URLEncoder.encode(token, StandardCharsets.UTF_8);
    var request =
        HttpRequest.newBuilder(URI.create(direct()))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  /// The bodies of all requests for tokens so far.
  List<String> asked() {
    return List.copyOf(asked);
  }

  /// The headers `authorization` of these requests; empty where there was none.
  List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  /// Lets requests arrive and not be answered, until the latch opens.
  void hold(CountDownLatch until) {
    hold = until;
  }

  /// Answers itself from now on.
  ///
  /// @param status 0: the real server answers again
  void instead(int status, String text) {
    instead = status;
    body = text;
  }

  private void pass(HttpExchange exchange) throws IOException {
    var sent = exchange.getRequestBody().readAllBytes();
    asked.add(new String(sent, StandardCharsets.UTF_8));
    var authorization = exchange.getRequestHeaders().getFirst("authorization");
    authorizations.add(authorization == null ? "" : authorization);
    try {
      hold.await();
      if (instead != 0) {
        answer(exchange, instead, body.getBytes(StandardCharsets.UTF_8));
        return;
      }
      var request =
          HttpRequest.newBuilder(URI.create(direct()))
              .header("content-type", exchange.getRequestHeaders().getFirst("content-type"))
              .POST(BodyPublishers.ofByteArray(sent));
      if (authorization != null) {
        request.header("authorization", authorization);
      }
      var response = http.send(request.build(), BodyHandlers.ofByteArray());
      answer(exchange, response.statusCode(), response.body());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    proxy.stop(0);
    server.shutdown();
  }
}
