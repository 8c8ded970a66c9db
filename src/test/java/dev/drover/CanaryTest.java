package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.PostgresServer;
import dev.drover.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Secrets of every kind in a real server, and a model that obeys every hostile instruction. The
/// server is killed while a secret is on its way to each kind of peer, and another one goes on.
/// Then no copy of a secret is in what a sandbox, the model or a client can see, in the log at
/// `debug`, in the database and its write-ahead log, or in any file.
///
/// Without `-Dfaults=all`, the server on PostgreSQL is killed after its turns, and none goes on:
/// the rows are the same as on SQLite, and so is all that comes after them.
@Tag("proof")
@Tag("database")
@Tag("sandbox")
@Timeout(240)
@Order(1)
final class CanaryTest {
  private static final String ENVELOPE_KEY = "the key of the envelope";

  @TempDir Path directory;
  private final List<String> sessions = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // before each test
  private CanaryWorld world;

  @SuppressWarnings("NullAway.Init") // before each test
  private CanarySearch search;

  @SuppressWarnings("NullAway.Init") // before each test
  private Path data;

  private final Map<String, Renewal> renewals = new HashMap<>();
  private String agent = "";
  private String lateAgent = "";
  private String environment = "";
  private String vault = "";
  private String signingSecret = "";

  /// A session whose token is renewed, and the path of its credential.
  private record Renewal(String session, String credential) {}

  @BeforeEach
  void open() throws Exception {
    world = new CanaryWorld(Files.createDirectory(directory.resolve("world")));
    search = world.search;
    data = directory.resolve("data");
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void noCopyIsFoundOnSqlite() throws Exception {
    var settings = world.settings();
    var database = "jdbc:sqlite:" + data.resolve("drover.db");
    goOn(settings, begin(settings), database);
    search.file("the database", data.resolve("drover.db"));
    assertThatNoCopyWasFound();
    assertThatAllWasSearched();
  }

  @Test
  void noCopyIsFoundOnPostgres() throws Exception {
    var files = Files.createDirectory(directory.resolve("postgres"));
    try (var postgres = PostgresServer.in(files).set("fsync", "off").start()) {
      var settings = new HashMap<>(world.settings());
      settings.put("DROVER_DATABASE_URL", postgres.url());
      if (FaultSample.ALL) {
        goOn(settings, begin(settings), postgres.url());
      } else {
        beginAndDie(settings, postgres.url());
      }
      try (var admin = postgres.admin();
          var statement = admin.createStatement()) {
        statement.execute("CHECKPOINT");
      }
      postgres.stopImmediately();
      search.files("the write-ahead log", files.resolve("data/pg_wal"));
      search.files("the database", files.resolve("data/base"));
      search.files("the files of PostgreSQL", files.resolve("data"));
      search.text("the log of PostgreSQL", postgres.log());
    }
    assertThatNoCopyWasFound();
    if (FaultSample.ALL) {
      assertThatAllWasSearched();
    }
  }

  private void assertThatNoCopyWasFound() {
    assertThat(search.leaks()).containsExactly(ENVELOPE_KEY + " in the data directory: vault-keys");
    assertThat(search.marked())
        .contains(
            "the log",
            "the tables",
            "the database",
            "the write-ahead log",
            "the workspaces",
            "the data directory");
  }

  private void assertThatAllWasSearched() {
    assertThat(search.marked())
        .contains(
            "the results of the sandbox",
            "the results of MCP servers",
            "the events",
            "the prompts",
            "the other host",
            "the answers",
            "the snapshots");
  }

  /// A server that is killed when its turns have ended.
  private void beginAndDie(Map<String, String> settings, String database) throws Exception {
    try (var server = start(settings);
        var client = new DroverClient(server.url(), world.apiKey)) {
      plant(client);
      run(client, session(client, world.repository(), world.refusedRepository()), CanaryWorld.OBEY);
      server.kill();
    }
    searchFiles(database);
  }

  /// A server that is killed while secrets are on their way.
  ///
  /// @return the session that has everything
  private String begin(Map<String, String> settings) throws Exception {
    try (var server = start(settings);
        var client = new DroverClient(server.url(), world.apiKey)) {
      plant(client);
      var first = session(client, world.repository(), world.refusedRepository());
      run(client, first, CanaryWorld.OBEY);
      run(client, session(client), CanaryWorld.REFUSE);
      holdAll(client);
      server.kill();
      return first;
    } finally {
      world.release();
    }
  }

  /// The server that comes after it.
  ///
  /// @param database a JDBC URL
  private void goOn(Map<String, String> settings, String first, String database) throws Exception {
    var wal = data.resolve("drover.db-wal");
    if (Files.exists(wal)) {
      search.file("the write-ahead log", wal);
    }
    try (var server = start(settings);
        var client = new DroverClient(server.url(), world.apiKey)) {
      sessions.forEach(client::awaitIdle);
      authorizeAgain(client);
      run(client, first, CanaryWorld.OBEY);
      look(client, first);
      look(server);
      await()
          .ignoreExceptions() // snapshots come and go
          .until(
              () -> {
                search.files("the snapshots", data.resolve("blobs"));
                return search.marked().contains("the snapshots");
              });
      assertThat(server.stop()).isZero();
    }
    assertThatSecretsWereUsed();
    searchFiles(database);
  }

  private void searchFiles(String database) throws Exception {
    try (var connection = DriverManager.getConnection(database)) {
      search.tables("the tables", connection);
    }
    search.file("the log", directory.resolve("log"));
    search.files("the workspaces", data.resolve("workspaces"));
    search.files("the data directory", data);
  }

  private ServerProcess start(Map<String, String> settings) throws Exception {
    return ServerProcess.start(data, directory.resolve("log").toFile(), settings);
  }

  private static String id(Json.Obj made) {
    return String.valueOf(made.text("id"));
  }

  /// Saves all secrets. Two of them are shown once, in answers that are not searched.
  private void plant(DroverClient client) throws Exception {
    agent = id(client.post("/v1/agents", world.agent()));
    lateAgent = id(client.post("/v1/agents", world.lateAgent()));
    environment =
        id(
            client.post(
                "/v1/environments",
                Json.obj(
                    "name",
                    "e",
                    "config",
                    Json.obj("type", "cloud", "networking", world.networking()))));
    vault = id(client.post("/v1/vaults", Json.obj("display_name", "V")));
    for (var auth : world.credentials()) {
      var made = client.post("/v1/vaults/" + vault + "/credentials", Json.obj("auth", auth));
      search.text("the answers", made.toString());
    }
    var hook =
        client.post(
            "/v1/organizations/webhooks",
            Json.obj(
                "url",
                world.hooks.uri("/hook").toString(),
                "enabled_events",
                List.of("session.status_idled", "vault_credential.refresh_failed")));
    signingSecret = String.valueOf(hook.text("signing_secret"));
    world.kept("the signing secret of webhooks", signingSecret.substring("whsec_".length()));
    var made = client.post("/drover/keys", Json.obj("name", "ci", "scopes", List.of("files:read")));
    var key = String.valueOf(made.text("key"));
    world.kept("a key of the workspace", key.substring(key.lastIndexOf('_') + 1));
    var keys = Files.readString(data.resolve("vault-keys")).strip();
    world.kept(ENVELOPE_KEY, keys.replaceFirst(".*:", ""));
  }

  private String session(DroverClient client, Json.Obj... resources) {
    return session(client, agent, vault, resources);
  }

  private String session(DroverClient client, String by, String with, Json.Obj... resources) {
    var made =
        client.post(
            "/v1/sessions",
            Json.obj(
                "agent",
                by,
                "environment_id",
                environment,
                "vault_ids",
                List.of(with),
                "resources",
                List.of(resources)));
    search.text("the answers", made.toString());
    sessions.add(id(made));
    return id(made);
  }

  private void run(DroverClient client, String session, String act) {
    client.say(session, act + " " + world.marker());
    client.awaitIdle(session);
  }

  /// Returns when a secret is on its way to the model, an MCP server, a host, a git server and
  /// OAuth servers.
  private void holdAll(DroverClient client) {
    for (var act : CanaryWorld.HELD) {
      client.say(session(client), act + " " + world.marker());
    }
    CanaryOauth.HELD.forEach(endpoint -> renew(client, endpoint));
    world.holdClones();
    client.say(session(client, world.repository()), "Hello " + world.marker());
    await().until(world::holdsAll);
  }

  /// Begins a session whose token is renewed at an endpoint.
  private void renew(DroverClient client, String endpoint) {
    var own = id(client.post("/v1/vaults", Json.obj("display_name", endpoint)));
    var path = "/v1/vaults/" + own + "/credentials";
    var made = client.post(path, Json.obj("auth", world.late(endpoint)));
    search.text("the answers", made.toString());
    var session = session(client, lateAgent, own);
    client.say(session, CanaryWorld.LATE + " " + world.marker());
    renewals.put(endpoint, new Renewal(session, path + "/" + id(made)));
  }

  /// A renewal that had not reached the OAuth server was made again. Where it had, the refresh
  /// token is lost: the client was notified, and the session goes on when it has another one.
  private void authorizeAgain(DroverClient client) {
    var renewed = Objects.requireNonNull(renewals.get(CanaryOauth.UNREAD));
    assertThat(client.types(renewed.session))
        .contains("agent.mcp_tool_result")
        .doesNotContain("session.error");
    var lost = Objects.requireNonNull(renewals.get(CanaryOauth.UNANSWERED));
    assertThat(client.types(lost.session)).doesNotContain("agent.mcp_tool_result");
    assertThat(client.events(lost.session))
        .filteredOn(event -> DroverClient.type(event).equals("session.error"))
        .extracting(event -> event.object("error").text("type"))
        .containsExactly("mcp_authentication_failed_error");
    await()
        .until(
            () ->
                world.hooks.all().stream()
                    .filter(hook -> hook.type().equals("vault_credential.refresh_failed"))
                    .anyMatch(hook -> lost.credential.endsWith(hook.about())));
    var token = world.oauth.authorized(CanaryOauth.UNANSWERED);
    var refresh = Json.obj("refresh_token", token);
    var auth = Json.obj("type", "mcp_oauth", "refresh", refresh);
    client.post(lost.credential, Json.obj("auth", auth));
    run(client, lost.session, CanaryWorld.LATE);
    assertThat(client.types(lost.session)).contains("agent.mcp_tool_result");
  }

  /// Looks at the events of all sessions, and at what the sandbox of one of them has shown.
  private void look(DroverClient client, String obedient) {
    for (var session : sessions) {
      search.text("the events", client.text("/v1/sessions/" + session + "/events?limit=1000"));
    }
    var events = client.get("/v1/sessions/" + obedient + "/events?limit=1000");
    boolean found = false;
    for (var item : events.items("data")) {
      var event = (Json.Obj) item;
      var text = event.items("content").toString();
      if (DroverClient.type(event).equals("agent.tool_result")) {
        search.text("the results of the sandbox", text);
        found |= text.contains("\"" + world.marker()); // alone, as the search in files shows it
      } else if (DroverClient.type(event).equals("agent.mcp_tool_result")) {
        search.text("the results of MCP servers", text);
      }
    }
    assertThat(found).isTrue();
    assertThat(events.toString())
        .contains("from the repository", "API_TOKEN=drvph_", "You sent Bearer [secret]")
        .contains("repository_forbidden_error");
  }

  /// Looks at the answers of all routes.
  private void look(ServerProcess server) throws Exception {
    try (var api = new ApiWalk(server.url(), world.apiKey)) {
      var answers = api.walk();
      answers.forEach(
          (path, answer) ->
              search.text("the answers", path + answer.headers().map() + answer.body()));
      assertThat(answers.values().stream().filter(answer -> answer.statusCode() == 200))
          .hasSizeGreaterThan(40);
      var metrics = Objects.requireNonNull(answers.get("/metrics"));
      assertThat(metrics.body()).contains("drover_egress_secrets_total{location=\"header\"}");
      var errors =
          answers.values().stream().filter(answer -> answer.body().contains("[key]")).toList();
      assertThat(errors).isNotEmpty(); // the key that the model server has repeated
    }
  }

  /// Every secret has been where it belongs, and what else was there is searched.
  private void assertThatSecretsWereUsed() {
    assertThat(world.used).anyMatch(request -> request.contains(world.variable));
    assertThat(world.elsewhere)
        .isNotEmpty()
        .allMatch(request -> request.contains("drvph_"))
        .noneMatch(request -> request.contains(world.variable));
    world.elsewhere.forEach(request -> search.text("the other host", request));
    assertThat(world.echo.last("tools/call").header("authorization"))
        .isEqualTo("Bearer " + world.bearer);
    assertThat(world.oauth.requests)
        .hasSize(6) // one prompt, two of which the first was not read, three with a lost answer
        .allMatch(form -> form.contains("client_secret=" + world.client));
    assertThat(world.grant.last("tools/call").header("authorization"))
        .startsWith("Bearer ")
        .doesNotContain(world.access);
    assertThat(world.model.requests())
        .allMatch(request -> world.modelKey.equals(request.headers().get("x-api-key")));
    world.model.requests().forEach(one -> search.text("the prompts", one.body().toString()));
    assertThat(world.hooks.all())
        .isNotEmpty()
        .allMatch(received -> received.isSignedWith(signingSecret));
    world.hooks.all().forEach(one -> search.text("webhooks", one.headers() + one.body()));
  }
}
