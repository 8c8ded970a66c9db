package dev.drover.vault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Json;
import dev.drover.testing.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A session of a whole server, with a vault and an MCP server that wants a token.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class VaultedMcpTest {
  private static final String OLD = "canary-old-token";
  private static final String NEW = "canary-new-token";

  @TempDir private Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private final OauthServer oauth = new OauthServer();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final HttpServer mcp = server();
  private String base = "";
  private String key = "";

  private HttpServer server() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/mcp", this::answer);
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Accepts the new token alone, and has one tool, whose description has the token.
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var sent = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      var authorization = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
      tokens.add(authorization);
      if (!authorization.equals("Bearer " + NEW)) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      var request = sent.isEmpty() ? Json.EMPTY : (Json.Obj) Json.trusted(sent);
      if (request.get("id").isEmpty()) {
        exchange.sendResponseHeaders(sent.isEmpty() ? 405 : 202, -1);
        return;
      }
      var result =
          "initialize".equals(request.text("method"))
              ? Json.obj(
                  "protocolVersion",
                  request.object("params").text("protocolVersion"),
                  "capabilities",
                  Json.obj("tools", Json.EMPTY),
                  "serverInfo",
                  Json.obj("name", "s", "version", "1"))
              : Json.obj(
                  "tools",
                  List.of(
                      Json.obj(
                          "name",
                          "t",
                          "description",
                          "The " + authorization,
                          "inputSchema",
                          Json.obj("type", "object"))));
      var reply =
          Json.obj("jsonrpc", "2.0", "id", request.get("id").orElse(Json.NULL), "result", result);
      var bytes = reply.toString().getBytes(UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @AfterEach
  void stop() {
    mcp.stop(0);
    oauth.close();
    http.shutdownNow();
  }

  private Json.Obj ask(String method, String path, Json body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("x-api-key", key)
            .header("content-type", "application/json")
            .method(method, BodyPublishers.ofString(body.toString()))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain(OLD, NEW);
    return (Json.Obj) Json.trusted(answer.body());
  }

  private String make(String path, Json.Obj body) throws Exception {
    return String.valueOf(ask("POST", path, body).text("id"));
  }

  private String session(String url, List<String> vaults) throws Exception {
    var agent =
        make(
            "/v1/agents",
            Json.obj(
                "name",
                "A",
                "model",
                "rehearsal",
                "mcp_servers",
                List.of(Json.obj("type", "url", "name", "tracker", "url", url)),
                "tools",
                List.of(Json.obj("type", "mcp_toolset", "mcp_server_name", "tracker"))));
    var environment = make("/v1/environments", Json.obj("name", "e" + System.nanoTime()));
    var session =
        make(
            "/v1/sessions",
            Json.obj("agent", agent, "environment_id", environment, "vault_ids", vaults));
    var message =
        Json.obj(
            "type", "user.message", "content", List.of(Json.obj("type", "text", "text", "Hello")));
    ask("POST", "/v1/sessions/" + session + "/events", Json.obj("events", List.of(message)));
    await()
        .until(
            () ->
                types(session).stream().filter(type -> type.equals("session.status_idle")).count()
                    == 1);
    return session;
  }

  private List<String> types(String session) throws Exception {
    return ask("GET", "/v1/sessions/" + session + "/events?limit=100", Json.of(""))
        .items("data")
        .stream()
        .map(event -> String.valueOf(((Json.Obj) event).text("type")))
        .toList();
  }

  @Test
  void sessionsUseTheirVaultsAndRenewATokenThatTheServerRejects() throws Exception {
    oauth.instead(200, "{\"access_token\":\"" + NEW + "\",\"expires_in\":3600}");
    try (var server = Deployment.SQLITE.start(data, Map.of("network.private", "[127.0.0.1]"))) {
      base = server.url().toString();
      key = server.key().reveal();
      var url = "http://127.0.0.1:" + mcp.getAddress().getPort() + "/mcp";
      var without = session(url, List.of());
      assertThat(types(without)).contains("session.error");
      assertThat(tokens).containsOnly("null");
      tokens.clear();
      var vault = make("/v1/vaults", Json.obj("display_name", "V"));
      var auth =
          Json.obj(
              "type",
              "mcp_oauth",
              "mcp_server_url",
              url,
              "access_token",
              OLD,
              "refresh",
              Json.obj(
                  "token_endpoint",
                  oauth.tokenEndpoint(),
                  "client_id",
                  "me",
                  "refresh_token",
                  "canary-refresh",
                  "token_endpoint_auth",
                  Json.obj("type", "none")));
      var credential = make("/v1/vaults/" + vault + "/credentials", Json.obj("auth", auth));
      var session = session(url, List.of(vault));
      assertThat(types(session)).doesNotContain("session.error");
      assertThat(tokens).startsWith("Bearer " + OLD, "Bearer " + NEW).doesNotContain("null");
      assertThat(tokens.stream().filter(token -> token.endsWith(OLD))).hasSize(1);
      assertThat(oauth.asked()).hasSize(1);
      var receipts = ask("GET", "/drover/receipts?session_id=" + session, Json.of(""));
      assertThat(receipts.items("data").reversed())
          .extracting(one -> ((Json.Obj) one).text("purpose"))
          .startsWith("mcp", "oauth_refresh", "mcp");
      assertThat(receipts.items("data"))
          .allMatch(one -> credential.equals(((Json.Obj) one).text("credential_id")));
      tokens.clear();
      var other = make("/v1/vaults", Json.obj("display_name", "W"));
      var bearer = Json.obj("type", "static_bearer", "mcp_server_url", url, "token", NEW);
      make("/v1/vaults/" + other + "/credentials", Json.obj("auth", bearer));
      assertThat(types(session(url, List.of(other)))).doesNotContain("session.error");
      assertThat(tokens).containsOnly("Bearer " + NEW);
    }
    assertNoFileHas(OLD, NEW, "canary-refresh");
  }

  /// Not the sparse file systems of sandboxes.
  private static boolean isShort(Path file) {
    return Files.isRegularFile(file, NOFOLLOW_LINKS) && file.toFile().length() < 64 << 20;
  }

  private void assertNoFileHas(String... secrets) throws IOException {
    try (var files = Files.walk(data)) {
      for (var file : files.filter(VaultedMcpTest::isShort).toList()) {
        assertThat(Files.readString(file, ISO_8859_1)).as(file.toString()).doesNotContain(secrets);
      }
    }
  }
}
