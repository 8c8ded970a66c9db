package dev.drover.vault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.testing.Deployment;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Secrets of every kind in a whole server, whose OAuth and MCP servers repeat what they get. Every
/// answer, the log of this process, and every byte that the server stored are searched for them.
@Tag("database")
@Tag("sandbox")
@Timeout(60)
final class SecretsLeaveNoTraceTest {
  /// Larger files are disks of sandboxes, none of which runs here.
  private static final long LARGEST = 64L << 20;

  private static final Ids IDS = Ids.secure();

  @TempDir private Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private final List<String> canaries = new ArrayList<>();
  private final Logger root = Logger.getLogger("dev.drover");
  private final Handler handler = new Recorder();
  private final OauthServer oauth = new OauthServer();
  private final HttpServer mcp = echo();
  private String base = "";
  private String key = "";

  private final class Recorder extends Handler {
    Recorder() {
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord entry) {
      var text = new StringWriter();
      text.write(entry.getMessage() + " " + Arrays.toString(entry.getParameters()));
      if (entry.getThrown() != null) {
        entry.getThrown().printStackTrace(new PrintWriter(text));
      }
      logged.add(text.toString());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /// An MCP server that accepts nothing and repeats everything.
  private static HttpServer echo() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              var sent = exchange.getRequestHeaders().getFirst("authorization");
              var text = "you sent " + sent + " " + echoed(sent.substring(7)).toList();
              var bytes = text.getBytes(UTF_8);
              exchange.sendResponseHeaders(401, bytes.length);
              exchange.getResponseBody().write(bytes);
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void listen() {
    root.addHandler(handler);
    root.setLevel(Level.ALL);
  }

  @AfterEach
  void stop() {
    root.setLevel(null);
    root.removeHandler(handler);
    mcp.stop(0);
    oauth.close();
    http.shutdownNow();
  }

  private String canary() {
    var canary = IDS.next("canary");
    canaries.add(canary);
    return canary;
  }

  private Json.Obj ask(String method, String path, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("x-api-key", key)
            .header("content-type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    seen.add(answer.headers().map() + " " + answer.body());
    return Json.parse(answer.body()) instanceof Json.Obj object ? object : Json.EMPTY;
  }

  /// All forms but the reversed one: a server that knows a secret can always disguise it.
  private static Stream<String> echoed(String secret) {
    var reversed = new StringBuilder(secret).reverse().toString();
    return forms(secret).filter(form -> !form.equals(reversed));
  }

  private static Stream<String> forms(String secret) {
    var bytes = secret.getBytes(UTF_8);
    var base64 = Base64.getEncoder().withoutPadding();
    return Stream.of(
        secret,
        new StringBuilder(secret).reverse().toString(),
        URLEncoder.encode(secret, UTF_8),
        HexFormat.of().formatHex(bytes),
        base64.encodeToString(bytes),
        base64.encodeToString((" " + secret).getBytes(UTF_8)).substring(4),
        base64.encodeToString(("  " + secret).getBytes(UTF_8)).substring(4));
  }

  /// The files of the server that contain a text.
  private List<String> filesWith(String text) throws IOException {
    try (var files = Files.walk(data)) {
      var found = new ArrayList<String>();
      for (var file : files.filter(Files::isRegularFile).toList()) {
        if (Files.size(file) <= LARGEST
            && new String(Files.readAllBytes(file), ISO_8859_1).contains(text)) {
          found.add(file.getFileName().toString());
        }
      }
      return found;
    }
  }

  private String vault() throws Exception {
    return "/v1/vaults/" + ask("POST", "/v1/vaults", "{\"display_name\":\"V\"}").text("id");
  }

  private String oauth(String refresh) throws Exception {
    return Json.obj(
            "type",
            "mcp_oauth",
            "mcp_server_url",
            "http://127.0.0.1:" + mcp.getAddress().getPort() + "/mcp",
            "access_token",
            canary(),
            "refresh",
            Json.obj(
                "token_endpoint",
                oauth.tokenEndpoint(),
                "client_id",
                "me",
                "refresh_token",
                refresh,
                "token_endpoint_auth",
                Json.obj("type", "client_secret_post", "client_secret", canary())))
        .toString();
  }

  private void use(String vault) throws Exception {
    var credentials = vault + "/credentials";
    var token =
        "{\"type\":\"static_bearer\",\"mcp_server_url\":\"https://a.example\",\"token\":\"%s\"}";
    var one = ask("POST", credentials, "{\"auth\":" + token.formatted(canary()) + "}").text("id");
    ask("POST", credentials, "{\"auth\":" + token.formatted(canary()) + "}");
    ask("POST", credentials, "{\"auth\":" + token.formatted(canary()));
    ask("POST", credentials, "{\"auth\":\"" + canary() + "\"}");
    ask("POST", credentials, "{\"auth\":" + token.formatted(canary() + "\\u0000") + "}");
    ask("POST", credentials + "/" + one, "{\"auth\":" + token.formatted(canary()) + "}");
    ask(
        "POST",
        credentials + "/" + one,
        "{\"auth\":{\"type\":\"static_bearer\",\"token\":\"" + canary() + "\"}}");
    ask(
        "POST",
        credentials,
        ("{\"auth\":{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"%s\","
             + "\"networking\":{\"type\":\"unrestricted\"}}}")
            .formatted(canary()));
    var authorized = String.valueOf(oauth.authorized().text("refresh_token"));
    canaries.add(authorized);
    var renewed = ask("POST", credentials, "{\"auth\":" + oauth(authorized) + "}").text("id");
    var validation = ask("POST", credentials + "/" + renewed + "/mcp_oauth_validate", "");
    assertThat(validation.object("refresh").text("status")).isEqualTo("succeeded");
    assertThat(validation.object("mcp_probe").object("http_response").text("body"))
        .startsWith("you sent Bearer [redacted]");
    // The OAuth server has accepted it before; its error repeats the request.
    oauth.instead(400, oauth.asked().getLast());
    var refused = ask("POST", credentials + "/" + renewed + "/mcp_oauth_validate", "");
    assertThat(refused.object("refresh").text("status")).isEqualTo("failed");
    ask("GET", credentials + "?include_archived=true", "");
    ask("GET", vault, "");
    ask("GET", "/drover/receipts", "");
    ask("GET", "/openapi.json", "");
  }

  @Test
  void noSecretIsInAnAnswerInTheLogOrInAFile() throws Exception {
    var settings = Map.of("network.private", "[127.0.0.1]");
    try (var server = Deployment.SQLITE.start(data, settings)) {
      base = server.url().toString();
      key = server.key().reveal();
      var vault = vault();
      use(vault);
      assertThat(canaries).hasSizeGreaterThan(10);
      nothing();
      var stored = ciphertexts();
      assertThat(stored).hasSizeGreaterThan(4);
      assertThat(filesWith(stored.getFirst())).isNotEmpty();
      ask("POST", vault + "/archive", "");
      assertThat(ciphertexts()).isEmpty();
      await()
          .untilAsserted(
              () -> {
                for (var one : stored) {
                  assertThat(filesWith(one)).isEmpty();
                }
              });
    }
    nothing();
  }

  private void nothing() throws IOException {
    for (var canary : canaries) {
      for (var form : forms(canary).toList()) {
        assertThat(filesWith(form)).as(form).isEmpty();
        assertThat(seen).as(form).noneMatch(text -> text.contains(form));
        assertThat(logged).as(form).noneMatch(text -> text.contains(form));
      }
    }
    var kek = Files.readString(data.resolve("vault-keys")).strip().replaceFirst(".*:", "");
    assertThat(filesWith(kek)).containsExactly("vault-keys");
    assertThat(logged).noneMatch(text -> text.contains(kek));
  }

  private List<String> ciphertexts() throws Exception {
    try (var database = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("drover.db"));
        var rows = database.createStatement().executeQuery("SELECT value FROM credential_secret")) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }
}
