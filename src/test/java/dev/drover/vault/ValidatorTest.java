package dev.drover.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drover.base.Ids;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.VaultId;
import dev.drover.session.Feed;
import dev.drover.store.Store;
import dev.drover.store.sqlite.SqliteStore;
import dev.drover.vault.CredentialAuth.McpOauth;
import dev.drover.vault.CredentialAuth.StaticBearer;
import dev.drover.vault.OauthRefresh.ClientAuth;
import dev.drover.wire.ValidationCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests of credentials at MCP servers that accept one token, and at others.
@Tag("database")
@Timeout(60)
final class ValidatorTest {
  @TempDir static Path directory;
  private static final OauthServer OAUTH = new OauthServer();
  private static final AtomicReference<Store> STORE = new AtomicReference<>();

  private final VaultRig rig = new VaultRig(STORE.get(), TestKeys.one());
  private final VaultId vault = rig.vault();
  private final Mcp mcp = new Mcp();

  @BeforeAll
  static void open() throws Exception {
    STORE.set(
        SqliteStore.open(
            directory.resolve("drover.db"), new Feed(), Ids.secure(), InstantSource.system()));
  }

  @AfterAll
  static void close() {
    OAUTH.close();
    STORE.get().close();
  }

  @AfterEach
  void stop() {
    OAUTH.instead(0, "");
    mcp.server.stop(0);
    rig.close();
  }

  /// An MCP server that accepts some tokens and repeats the others in its error.
  private static final class Mcp {
    final HttpServer server;
    final List<String> methods = new CopyOnWriteArrayList<>();
    volatile String accepted = "";
    volatile int status = 401;
    volatile boolean old;

    Mcp() {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", this::handle);
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/mcp";
    }

    private void handle(HttpExchange exchange) throws IOException {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var authorization = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
      var method = exchange.getRequestMethod();
      methods.add(method.equals("POST") ? ((Json.Obj) Json.trusted(body)).text("method") : method);
      boolean accepts = accepted.equals("*") || authorization.equals("Bearer " + accepted);
      if (old && method.equals("POST")) {
        answer(exchange, 405, "");
      } else if (accepts && !(methods.getLast().equals("tools/list") && status == 429)) {
        exchange.getResponseHeaders().set("mcp-session-id", "s1");
        answer(exchange, 200, "{}");
      } else {
        answer(exchange, status, "you sent " + authorization + "\"" + "x".repeat(9_000));
      }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
      try (exchange) {
        exchange.getResponseHeaders().set("content-type", "text/plain");
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
      }
    }
  }

  private Credential expired() throws Exception {
    var refresh = VaultRig.refresh(OAUTH.tokenEndpoint(), ClientAuth.POST);
    return rig.expired(
        vault, mcp.url(), refresh, String.valueOf(OAUTH.authorized().text("refresh_token")));
  }

  private Json.Obj validate(Credential credential) throws Exception {
    var shown =
        ValidationCodec.write(
            rig.secrets.validator().validate(VaultRig.USE, vault, credential.id()));
    assertThat(shown.toString()).doesNotContain("old-access", "client secret+");
    return shown;
  }

  @Test
  void aTokenThatTheServerAcceptsIsValid() throws Exception {
    mcp.accepted = "old-access";
    var shown = validate(expired());
    assertThat(shown.text("status")).isEqualTo("valid");
    assertThat(shown.get("mcp_probe")).contains(Json.NULL);
    assertThat(shown.get("refresh")).contains(Json.NULL);
    assertThat(shown.get("has_refresh_token")).contains(Json.of(true));
    assertThat(mcp.methods)
        .containsExactly("initialize", "notifications/initialized", "tools/list", "DELETE");
    assertThat(rig.receipts().getLast().purpose()).isEqualTo("mcp");
  }

  @Test
  void anOlderServerIsAskedForAStream() throws Exception {
    mcp.old = true;
    mcp.accepted = "old-access";
    assertThat(validate(expired()).text("status")).isEqualTo("valid");
    assertThat(mcp.methods).containsExactly("initialize", "GET");
  }

  @Test
  void aTokenThatTheServerRejectsIsReplacedAndTestedAgain() throws Exception {
    mcp.accepted = "fresh";
    OAUTH.instead(200, "{\"access_token\":\"fresh\",\"expires_in\":60}");
    var made = expired();
    var shown = validate(made);
    assertThat(shown.text("status")).isEqualTo("valid");
    assertThat(shown.get("mcp_probe")).contains(Json.NULL);
    assertThat(shown.object("refresh").text("status")).isEqualTo("succeeded");
    assertThat(shown.object("refresh").get("http_response")).contains(Json.NULL);
    assertThat(rig.secret(made, SecretField.ACCESS_TOKEN)).hasValue("fresh");
  }

  @Test
  void anAnswerThatRepeatsTheTokenIsShownWithoutIt() throws Exception {
    OAUTH.instead(200, "{\"access_token\":\"fresh-canary\",\"expires_in\":60}");
    var shown = validate(expired());
    assertThat(shown.text("status")).isEqualTo("invalid");
    var response = shown.object("mcp_probe").object("http_response");
    assertThat(shown.object("mcp_probe").text("method")).isEqualTo("initialize");
    assertThat(response.number("status_code", 0)).isEqualTo(401);
    assertThat(response.text("content_type")).isEqualTo("text/plain");
    assertThat(response.text("body")).startsWith("you sent Bearer [redacted]\"xxx").hasSize(4_096);
    assertThat(response.get("body_truncated")).contains(Json.of(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "400 | {\"error\":\"invalid_grant\",\"hint\":\"client+secret%2B\"} | invalid | failed",
        "500 | old-access Y2xpZW50IHNlY3JldCs= | unknown | failed",
        "200 | {\"access_token\":\"bad token\",\"refresh_token\":\"canary\"} | unknown | failed",
      })
  void aRefusedRefreshShowsTheAnswerWithoutSecrets(
      int status, String body, String verdict, String refresh) throws Exception {
    OAUTH.instead(status, body);
    var shown = validate(expired());
    assertThat(shown.text("status")).isEqualTo(verdict);
    assertThat(shown.object("refresh").text("status")).isEqualTo(refresh);
    var response = shown.object("refresh").object("http_response");
    assertThat(response.number("status_code", 0)).isEqualTo(status);
    assertThat(response.text("body"))
        .contains("[redacted]")
        .doesNotContain("client+secret", "Y2xpZW50", "bad token", "canary");
  }

  @ParameterizedTest
  @CsvSource({"500, initialize", "302, initialize", "429, tools/list"})
  void aServerThatFailsLeavesItOpen(int status, String method) throws Exception {
    mcp.status = status;
    mcp.accepted = status == 429 ? "*" : "";
    var shown = validate(expired());
    assertThat(shown.text("status")).isEqualTo("unknown");
    assertThat(shown.object("mcp_probe").text("method")).isEqualTo(method);
    assertThat(shown.object("mcp_probe").object("http_response").number("status_code", 0))
        .isEqualTo(status);
    assertThat(shown.get("refresh")).contains(Json.NULL);
  }

  @Test
  void withoutARefreshTokenARejectionIsFinal() throws Exception {
    var made =
        rig.create(
            vault,
            new McpOauth(mcp.url(), Optional.empty(), Optional.empty()),
            Map.of(SecretField.ACCESS_TOKEN, "old-access"));
    var shown = validate(made);
    assertThat(shown.text("status")).isEqualTo("invalid");
    assertThat(shown.get("has_refresh_token")).contains(Json.of(false));
    assertThat(shown.object("refresh").text("status")).isEqualTo("no_refresh_token");
  }

  @Test
  void aServerThatIsAwayLeavesItOpen() throws Exception {
    var made = expired();
    mcp.server.stop(0);
    var shown = validate(made);
    assertThat(shown.text("status")).isEqualTo("unknown");
    assertThat(shown.object("mcp_probe").get("http_response")).contains(Json.NULL);
  }

  @Test
  void onlyActiveCredentialsWithOauthAreTested() throws Exception {
    var bearer =
        rig.create(vault, new StaticBearer("https://x.example"), Map.of(SecretField.TOKEN, "t"));
    assertThatThrownBy(() -> validate(bearer)).isInstanceOf(Problem.class);
    var made = expired();
    rig.store.vaults().archive(VaultRig.WORKSPACE, vault, made.id(), rig.now.get());
    assertThatThrownBy(() -> validate(made)).hasMessage("Credential is archived.");
    assertThat(mcp.methods).isEmpty();
  }
}
