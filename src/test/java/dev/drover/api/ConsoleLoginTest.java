package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.desk.AccessDesk;
import dev.drover.testing.RawHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a browser is logged in, and when its cookie counts. The requests are written as a browser
/// writes them.
@Tag("database")
final class ConsoleLoginTest {
  private static final String SAME = "sec-fetch-site: same-origin";
  private static final String OURS = "x-drover-console: 1";
  private static final String WITH_KEY = "{\"key\":\"" + Api.KEY + "\"}";

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  @TempDir private Path directory;
  private Api api;
  private Server server;

  @BeforeEach
  void start() {
    api = new Api(Server.Settings.PING, directory.resolve("drover.db"));
    server = server(Api.ACCESS, ConsoleSettings.DEFAULT);
  }

  @AfterEach
  void stop() {
    server.close();
    api.close();
  }

  /// A node over the same store, whose clock the test moves.
  private Server server(AccessKey key, ConsoleSettings console) {
    var settings = new Server.Settings("127.0.0.1", 0, List.of(key), Server.Settings.PING);
    return new Server(settings.with(console), at(api.backend));
  }

  private Backend at(Backend from) {
    return new Backend(
        from.desk(),
        from.contexts(),
        from.catalog(),
        from.files(),
        from.memory(),
        from.credentials(),
        from.receipts(),
        from.resources(),
        from.access(),
        from.skills(),
        from.webhooks(),
        from.policy(),
        new AccessDesk(api.store.access(), from.desk(), from.nodes(), from.ids(), now::get),
        from.log(),
        from.nodes(),
        from.jobs(),
        from.feed(),
        from.models(),
        from.replays(),
        from.images(),
        from.uploads(),
        from.scratch(),
        from.ids(),
        now::get);
  }

  private static String host(Server server) {
    return "127.0.0.1:" + server.port();
  }

  private static RawHttp.Answer send(
      Server server, String method, String path, String body, String... headers)
      throws IOException {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    if (List.of(headers).stream().noneMatch(header -> header.startsWith("host:"))) {
      head.append("host: ").append(host(server)).append("\r\n");
    }
    for (var header : headers) {
      head.append(header).append("\r\n");
    }
    if (!body.isEmpty()) {
      head.append("content-length: ").append(body.length()).append("\r\n");
    }
    var request = head + "\r\n" + body;
    return new RawHttp(URI.create(server.url()))
        .send(request.getBytes(StandardCharsets.ISO_8859_1), false);
  }

  private static Json.Obj json(RawHttp.Answer answer) {
    return (Json.Obj) Json.trusted(answer.body());
  }

  private static String message(RawHttp.Answer answer) {
    return String.valueOf(json(answer).object("error").text("message"));
  }

  private RawHttp.Answer login(String body) throws IOException {
    return send(server, "POST", "/console/login", body, SAME, OURS);
  }

  /// The header that the browser sends after an answer.
  private static String cookie(RawHttp.Answer answer) {
    var set = answer.header("set-cookie");
    assertThat(set).contains("; Path=/; ", "; HttpOnly; SameSite=Strict");
    return "cookie: " + set.substring(0, set.indexOf(';'));
  }

  private static RawHttp.Answer list(Server server, String... headers) throws IOException {
    return send(server, "GET", "/v1/agents", "", headers);
  }

  private String code() throws IOException {
    var link = send(server, "POST", "/drover/console-link", "", "x-api-key: " + Api.KEY);
    assertThat(link.status()).isEqualTo(200);
    assertThat(link.header("cache-control")).isEqualTo("no-store");
    var code = String.valueOf(json(link).text("code"));
    assertThat(code).hasSize(43);
    assertThat(json(link).text("path")).isEqualTo("/console#code=" + code);
    return code;
  }

  @Test
  void aLinkLogsABrowserInOnce() throws IOException {
    var body = "{\"code\":\"" + code() + "\"}";
    var first = login(body);
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("set-cookie"))
        .startsWith("drover_" + server.port() + "=")
        .contains("; Max-Age=43200; ")
        .doesNotContain("Secure", "Domain", Api.KEY);
    var login = json(first);
    assertThat(login.text("type")).isEqualTo("console_login");
    assertThat(login.text("workspace_id")).isEqualTo(Api.WORKSPACE.value());
    assertThat(login.items("scopes")).contains(Json.of("sessions:read"), Json.of("server:write"));
    assertThat(list(server, cookie(first), SAME, OURS).status()).isEqualTo(200);

    var second = login(body);
    assertThat(second.status()).isEqualTo(401);
    assertThat(second.header("set-cookie")).isEmpty();
    assertThat(message(second)).contains("used before");
  }

  @Test
  void aLinkWorksOnAnotherNodeAndOnceInAll() throws IOException {
    var body = "{\"code\":\"" + code() + "\"}";
    try (var other = server(Api.ACCESS, ConsoleSettings.DEFAULT)) {
      var there = send(other, "POST", "/console/login", body, SAME, OURS);
      assertThat(there.status()).isEqualTo(200);
    }
    assertThat(login(body).status()).isEqualTo(401);
  }

  @Test
  void aLinkIsValidForAMinute() throws IOException {
    var late = "{\"code\":\"" + code() + "\"}";
    now.updateAndGet(time -> time.plusSeconds(60));
    assertThat(login(late).status()).isEqualTo(401);
    var inTime = "{\"code\":\"" + code() + "\"}";
    now.updateAndGet(time -> time.plusSeconds(59));
    assertThat(login(inTime).status()).isEqualTo(200);
  }

  @Test
  void onlyAKeyMakesALink() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    assertThat(send(server, "POST", "/drover/console-link", "", cookie, SAME, OURS).status())
        .isEqualTo(401);
    assertThat(send(server, "POST", "/drover/console-link", "").status()).isEqualTo(401);
    assertThat(send(server, "POST", "/drover/console-link", "", "x-api-key: no").status())
        .isEqualTo(401);
  }

  /// A form, an image, a script, a frame of another page: none can send the header, and the browser
  /// says where the request comes from.
  @ParameterizedTest
  @ValueSource(
      strings = {
        SAME,
        OURS,
        OURS + "|sec-fetch-site: cross-site",
        OURS + "|sec-fetch-site: same-site",
        OURS + "|sec-fetch-site: none",
        OURS + "|origin: http://evil.example",
        OURS + "|origin: null",
        OURS + "|origin: http://127.0.0.1:1",
        OURS + "|sec-fetch-site: cross-site|origin: http://HOST",
        "x-drover-console: 0|" + SAME
      })
  void aCookieCountsOnlyOnRequestsOfTheConsole(String headers) throws IOException {
    var cookie = cookie(login(WITH_KEY));
    var sent = (cookie + "|" + headers.replace("HOST", host(server))).split("\\|", -1);
    for (var method : List.of("GET", "POST", "DELETE")) {
      var answer = send(server, method, "/v1/agents/agent_1", "", sent);
      assertThat(answer.status()).as("%s %s", method, headers).isIn(401, 405);
    }
    assertThat(send(server, "GET", "/console/login", "", sent).status()).isEqualTo(401);
    assertThat(list(server, cookie, OURS, "origin: http://" + host(server)).status())
        .isEqualTo(200);
  }

  @Test
  void aBrowserThatDoesNotSayWhereARequestComesFromIsToldWhy() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    assertThat(message(list(server, cookie, OURS))).contains("plain HTTP");
    assertThat(message(list(server, cookie))).isEqualTo("Authentication failed");
  }

  @Test
  void anotherPageCanNeitherLogInNorOut() throws IOException {
    for (var headers :
        List.of(
            new String[] {},
            new String[] {OURS},
            new String[] {SAME},
            new String[] {OURS, "sec-fetch-site: cross-site"},
            new String[] {OURS, "origin: https://evil.example"})) {
      var in = send(server, "POST", "/console/login", WITH_KEY, headers);
      assertThat(in.status()).isEqualTo(403);
      assertThat(in.header("set-cookie")).isEmpty();
      assertThat(send(server, "DELETE", "/console/login", "", headers).status()).isEqualTo(403);
    }
  }

  @Test
  void aLogoutRemovesTheCookie() throws IOException {
    var out = send(server, "DELETE", "/console/login", "", SAME, OURS);
    assertThat(out.status()).isEqualTo(204);
    assertThat(out.header("set-cookie")).contains("=; Path=/; Max-Age=0;");
  }

  /// The name of the server that a hostile page chose leads to its address.
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "127.0.0.1:1, 200",
    "'[::1]:8787', 200",
    "localhost:9, 200",
    "LOCALHOST, 200",
    "drover.example, 200",
    "drover.example:443, 200",
    "evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "localhost.evil.example, 421",
    "256.1.1.1, 421",
    "2130706433, 421",
    "127.0.0.1@evil.example, 421",
    "'[evil]', 421",
    "a b, 421"
  })
  void theConsoleIsServedUnderItsOwnNamesOnly(String host, int status) throws IOException {
    var console = new ConsoleSettings(true, List.of("Drover.example"), Optional.empty());
    try (var named = server(Api.ACCESS, console)) {
      var header = "host: " + host;
      var in = send(named, "POST", "/console/login", WITH_KEY, SAME, OURS, header);
      assertThat(in.status()).isIn(status, 400);
      assertThat(send(named, "GET", "/console/x.js", "", header).status())
          .isIn(status == 200 ? 404 : status, 400);
      var out = send(named, "DELETE", "/console/login", "", SAME, OURS, header);
      assertThat(out.status()).isIn(status == 200 ? 204 : status, 400);
      if (status == 200) {
        assertThat(list(named, cookie(in), SAME, OURS, header).status()).isEqualTo(200);
        assertThat(list(named, cookie(in), SAME, OURS, "host: evil.example").status())
            .isIn(401, 421);
      }
      // An API key is no cookie: its client chose the server.
      assertThat(list(named, "x-api-key: " + Api.KEY, header).status()).isIn(200, 400);
    }
  }

  @Test
  void overTlsTheCookieIsForThisHostAlone() throws IOException {
    var origin = "origin: https://" + host(server);
    var in = send(server, "POST", "/console/login", WITH_KEY, OURS, origin);
    assertThat(in.header("set-cookie")).startsWith("__Host-drover=").endsWith("; Secure");
    assertThat(list(server, cookie(in), SAME, OURS).status()).isEqualTo(200);
  }

  @Test
  void aCookieEndsAfterTwelveHoursWithoutUseAndAfterSevenDays() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    now.updateAndGet(time -> time.plus(Duration.ofHours(12)));
    assertThat(list(server, cookie, SAME, OURS).status()).isEqualTo(401);

    cookie = cookie(login(WITH_KEY));
    var begun = now.get();
    for (int i = 0; i < 15; i++) {
      now.updateAndGet(time -> time.plus(Duration.ofHours(11)));
      var answer = list(server, cookie, SAME, OURS);
      assertThat(answer.status()).isEqualTo(200);
      cookie = cookie(answer); // renewed
    }
    assertThat(Duration.between(begun, now.get())).isGreaterThan(Duration.ofDays(6));
    now.set(begun.plus(Duration.ofDays(7)));
    assertThat(list(server, cookie, SAME, OURS).status()).isEqualTo(401);
  }

  @Test
  void aFreshCookieIsNotRenewedAndAnOldOneIs() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    assertThat(list(server, cookie, SAME, OURS).header("set-cookie")).isEmpty();
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(11)));
    assertThat(list(server, cookie, SAME, OURS).header("set-cookie")).contains("Max-Age=43200");
    var late = now.get().plus(Duration.ofHours(12)).toString().substring(0, 16);
    var shown = send(server, "GET", "/console/login", "", cookie, SAME, OURS);
    assertThat(json(shown).text("expires_at")).startsWith(late);
  }

  @Test
  void everyNodeWithTheKeyTakesTheCookieAndANewKeyEndsIt() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    try (var other = server(Api.ACCESS, ConsoleSettings.DEFAULT);
        var changed =
            server(
                new AccessKey(new Secret("sk-another"), Api.WORKSPACE), ConsoleSettings.DEFAULT)) {
      var there = "host: " + host(server); // a balancer is in front of both
      assertThat(list(other, cookie, SAME, OURS, there).status()).isEqualTo(200);
      assertThat(list(changed, cookie, SAME, OURS, there).status()).isEqualTo(401);
    }
  }

  @Test
  void aCookieThatWasChangedIsRefused() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    for (int i = cookie.indexOf('=') + 1; i < cookie.length(); i += 2) {
      char c = cookie.charAt(i);
      if (c == '.') {
        continue;
      }
      char other = c == '1' ? '2' : '1';
      var forged = cookie.substring(0, i) + other + cookie.substring(i + 1);
      assertThat(list(server, forged, SAME, OURS).status()).as(forged).isEqualTo(401);
    }
  }

  @Test
  void aCookieHasTheRightsOfItsKeyAndEndsWithIt() throws Exception {
    var made = api.post("/drover/keys", "{\"name\":\"reader\",\"scopes\":[\"sessions:read\"]}");
    var in = login("{\"key\":\"" + made.text("key") + "\"}");
    assertThat(json(in).text("key_id")).isEqualTo(made.text("id"));
    assertThat(json(in).items("scopes")).containsExactly(Json.of("sessions:read"));
    var cookie = cookie(in);
    assertThat(cookie).doesNotContain(made.text("key"));
    assertThat(send(server, "GET", "/v1/sessions", "", cookie, SAME, OURS).status()).isEqualTo(200);
    var refused = list(server, cookie, SAME, OURS);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(message(refused)).contains("lacks the scope catalog:read");

    api.post("/drover/keys/" + made.text("id") + "/revoke", "");
    assertThat(send(server, "GET", "/v1/sessions", "", cookie, SAME, OURS).status()).isEqualTo(401);
  }

  @Test
  void aLinkOfARevokedKeyLogsNobodyIn() throws Exception {
    var made = api.post("/drover/keys", "{\"name\":\"short\"}");
    var link = send(server, "POST", "/drover/console-link", "", "x-api-key: " + made.text("key"));
    api.post("/drover/keys/" + made.text("id") + "/revoke", "");
    assertThat(login("{\"code\":\"" + json(link).text("code") + "\"}").status()).isEqualTo(401);
  }

  @Test
  void aKeyInTheRequestComesBeforeTheCookie() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    assertThat(list(server, cookie, SAME, OURS, "x-api-key: wrong").status()).isEqualTo(401);
    assertThat(list(server, cookie, "x-api-key: " + Api.KEY).status()).isEqualTo(200);
  }

  @Test
  void tenWrongKeysInAMinuteAreEnough() throws IOException {
    for (int i = 0; i < 10; i++) {
      assertThat(login("{\"key\":\"wrong" + i + "\"}").status()).isEqualTo(401);
    }
    var refused = login(WITH_KEY);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(json(refused).object("error").text("type")).isEqualTo("rate_limit_error");
    assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(30, 61);
    // Codes cannot be guessed, so they are not limited.
    assertThat(login("{\"code\":\"wrong\"}").status()).isEqualTo(401);
    assertThat(login("{\"code\":\"" + code() + "\"}").status()).isEqualTo(200);
    now.updateAndGet(time -> time.plusSeconds(61));
    assertThat(login(WITH_KEY).status()).isEqualTo(200);
  }

  @Test
  void goodLoginsAreNotCounted() throws IOException {
    for (int i = 0; i < 12; i++) {
      assertThat(login(WITH_KEY).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"code\":\"a\",\"key\":\"b\"}",
        "{\"code\":1}",
        "{\"other\":\"a\"}",
        "[]",
        "x"
      })
  void aLoginThatIsNoneIsRefused(String body) throws IOException {
    assertThat(login(body).status()).isEqualTo(400);
  }

  @Test
  void aLongLoginIsRefused() throws IOException {
    assertThat(login("{\"key\":\"" + "k".repeat(9_000) + "\"}").status()).isEqualTo(413);
  }

  @Test
  void whatABrowserGetsIsProtected() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    var policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
            + " 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors"
            + " 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
    var expected =
        Map.of(
            "content-security-policy", policy,
            "x-content-type-options", "nosniff",
            "x-frame-options", "DENY",
            "cross-origin-opener-policy", "same-origin",
            "cross-origin-resource-policy", "same-origin",
            "referrer-policy", "no-referrer",
            "permissions-policy", "camera=(), microphone=(), geolocation=()",
            "cache-control", "no-store");
    for (var answer :
        List.of(
            login(WITH_KEY),
            login("{\"key\":\"no\"}"),
            send(server, "GET", "/console", ""),
            send(server, "GET", "/console/sessions/sesn_1", ""),
            send(server, "GET", "/console/none.js", ""),
            send(server, "GET", "/console", "", "host: evil.example"),
            list(server, cookie, SAME, OURS),
            list(server, cookie),
            send(server, "GET", "/v1/agents/agent_none1", "", cookie, SAME, OURS))) {
      assertThat(answer.headers()).containsAllEntriesOf(expected);
      assertThat(answer.headers().keySet())
          .noneMatch(Pattern.compile("access-control-.*").asMatchPredicate());
    }
  }

  @Test
  void aServerWithoutAConsoleHasNoneOfIt() throws IOException {
    var cookie = cookie(login(WITH_KEY));
    var off = new ConsoleSettings(false, List.of(), Optional.empty());
    try (var without = server(Api.ACCESS, off)) {
      var there = "host: " + host(server);
      for (var path : List.of("/console", "/console/login", "/console/index.html")) {
        assertThat(send(without, "GET", path, "").status()).isEqualTo(404);
      }
      assertThat(send(without, "POST", "/console/login", WITH_KEY, SAME, OURS).status())
          .isEqualTo(404);
      assertThat(
              send(without, "POST", "/drover/console-link", "", "x-api-key: " + Api.KEY).status())
          .isEqualTo(404);
      assertThat(list(without, cookie, SAME, OURS, there).status()).isEqualTo(401);
      assertThat(list(without, "x-api-key: " + Api.KEY, "host: any").status()).isEqualTo(200);
    }
  }
}
