package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.access.KeyScope;
import dev.drover.base.Json;
import dev.drover.session.SessionId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Workspaces and API keys over HTTP.
@Tag("database")
final class KeyRoutesTest {
  private static final String KEYS = "/drover/keys";
  private static final String WORKSPACES = "/drover/workspaces";

  @TempDir private Path directory;
  private Api api;

  @BeforeEach
  void start() throws Exception {
    api = Api.withFiles(directory);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Api.Answer as(String key, String method, String path, String body) throws Exception {
    return api.send(
        HttpRequest.newBuilder(URI.create(api.url(path)))
            .header("authorization", "Bearer " + key)
            .method(method, BodyPublishers.ofString(body))
            .build());
  }

  private Api.Answer as(String key, String path) throws Exception {
    return as(key, "GET", path, "");
  }

  private Json.Obj created(String path, String name, KeyScope... scopes) throws Exception {
    var body = Json.obj("name", name);
    if (scopes.length > 0) {
      body = body.with("scopes", List.of(scopes).stream().map(KeyScope::toString).toList());
    }
    var answer = api.post(path, body.toString());
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static String text(Json.Obj object, String field) {
    return String.valueOf(object.text(field));
  }

  private void execute(String sql) throws Exception {
    try (var database =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("drover.db"));
        var statement = database.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isPositive();
    }
  }

  @Test
  void aKeyIsShownOnceAndOnlyItsHashIsStored() throws Exception {
    var made = created(KEYS, "CI");
    var key = text(made, "key");
    assertThat(key).matches("drv_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}").startsWith(text(made, "prefix"));
    assertThat(made.items("scopes")).hasSize(7).doesNotContain(Json.of("keys:write"));
    assertThat(text(made, "workspace_id")).isEqualTo("wrkspc_01Default");
    assertThat(made.get("last_used_on")).hasValue(Json.NULL);
    assertThat(as(key, "/v1/agents").status()).isEqualTo(200);
    assertThat(api.send(api.request(KEYS).build()).headers().firstValue("cache-control")).isEmpty();
    var shown = api.get(KEYS + "/" + text(made, "id")).body();
    assertThat(shown.text("last_used_on"))
        .isIn(
            LocalDate.now(ZoneOffset.UTC).toString(),
            LocalDate.now(ZoneOffset.UTC).minusDays(1).toString());
    assertThat(shown.fields()).doesNotContainKey("key");
    assertThat(api.get(KEYS).body().toString()).contains("\"CI\"").doesNotContain(key);
    execute("UPDATE api_key SET name = name WHERE sha256 NOT LIKE '%" + key + "%'");
  }

  @Test
  void aRevokedKeyIsRefusedAtOnceLikeAWrongOne() throws Exception {
    var made = created(KEYS, "CI");
    var key = text(made, "key");
    var wrong = key.substring(0, key.length() - 1) + (key.endsWith("x") ? "y" : "x");
    for (var bad : List.of(wrong, "drv_", key + "x", key.toUpperCase(java.util.Locale.ROOT))) {
      assertThat(as(bad, "/v1/agents").error())
          .isEqualTo("authentication_error: Authentication failed");
    }
    var revoke = KEYS + "/" + text(made, "id") + "/revoke";
    var revoked = api.post(revoke).body();
    assertThat(revoked.text("revoked_by")).startsWith("apikey_");
    assertThat(api.post(revoke).body()).isEqualTo(revoked);
    assertThat(as(key, "/v1/agents").error())
        .isEqualTo("authentication_error: Authentication failed");
    assertThat(api.get(KEYS).data("id")).isEmpty();
    assertThat(api.get(KEYS + "?include_revoked=true").data("id")).hasSize(1);
  }

  @Test
  void anExpiredKeyIsRefused() throws Exception {
    var made = api.post(KEYS, "{\"name\":\"CI\",\"expires_in_seconds\":3600}").body();
    var key = text(made, "key");
    assertThat(as(key, "/v1/agents").status()).isEqualTo(200);
    execute("UPDATE api_key SET expires_at = created_at");
    assertThat(as(key, "/v1/agents").status()).isEqualTo(401);
  }

  @Test
  void aKeyMayOnlyWhatItsScopesSayAndGivesNoMore() throws Exception {
    var key = text(created(KEYS, "K", KeyScope.KEYS_WRITE, KeyScope.FILES_READ), "key");
    assertThat(as(key, "/v1/files").status()).isEqualTo(200);
    assertThat(as(key, "/v1/agents").error()).contains("it lacks the scope catalog:read");
    assertThat(as(key, KEYS).error()).contains("it lacks the scope keys:read");
    assertThat(as(key, "POST", KEYS, "{\"name\":\"L\",\"scopes\":[\"files:read\"]}").status())
        .isEqualTo(200);
    assertThat(as(key, "POST", KEYS, "{\"name\":\"L\",\"scopes\":[\"files:write\"]}").error())
        .isEqualTo(
            "permission_error: This API key can create only keys with scopes that it has: it lacks"
                + " files:write");
    assertThat(as(key, "POST", KEYS, "{\"name\":\"L\"}").status()).isEqualTo(403);
    assertThat(as(key, WORKSPACES).status()).isEqualTo(403);
  }

  @Test
  void scopesOfTheServerAreForTheDefaultWorkspace() throws Exception {
    var workspace = WORKSPACES + "/" + api.post(WORKSPACES, "{\"name\":\"W\"}").text("id");
    var body = "{\"name\":\"K\",\"scopes\":[\"server:read\"]}";
    assertThat(api.post(workspace + "/keys", body).error())
        .isEqualTo(
            "invalid_request_error: scopes: server:read and server:write are for keys of the"
                + " default workspace only");
    var key = text(created(KEYS, "Prometheus", KeyScope.SERVER_READ), "key");
    assertThat(as(key, "/drover/nodes").status()).isEqualTo(200);
    assertThat(as(key, WORKSPACES).data("name")).containsExactly("W", "Default");
    assertThat(as(key, "POST", WORKSPACES, "{\"name\":\"X\"}").status()).isEqualTo(403);
  }

  @Test
  void anArchivedWorkspaceLetsNobodyIn() throws Exception {
    var id = api.post(WORKSPACES, "{\"name\":\"W\"}").text("id");
    var workspace = WORKSPACES + "/" + id;
    var key = text(created(workspace + "/keys", "K"), "key");
    var answer = as(key, "/v1/agents");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().firstValue("anthropic-workspace-id")).hasValue(id);
    assertThat(api.post(workspace + "/archive").text("archived_at")).startsWith("20");
    assertThat(api.post(workspace + "/archive").status()).isEqualTo(200);
    assertThat(as(key, "/v1/agents").status()).isEqualTo(401);
    assertThat(api.post(workspace + "/keys", "{\"name\":\"L\"}").error())
        .isEqualTo("invalid_request_error: Workspace " + id + " is archived.");
    assertThat(api.get(WORKSPACES).data("id")).doesNotContain(id);
    assertThat(api.get(WORKSPACES + "?include_archived=true").data("id")).contains(id);
    assertThat(api.post(WORKSPACES, "{\"name\":\"W\"}").status()).isEqualTo(200);
    assertThat(api.post(WORKSPACES + "/wrkspc_01Default/archive").error())
        .isEqualTo("invalid_request_error: The default workspace cannot be archived.");
  }

  @Test
  void whatRunsInAnArchivedWorkspaceIsInterrupted() throws Exception {
    var id = api.post(WORKSPACES, "{\"name\":\"W\"}").text("id");
    var key = text(created(WORKSPACES + "/" + id + "/keys", "K"), "key");
    var agent = as(key, "POST", "/v1/agents", "{\"name\":\"A\",\"model\":\"rehearsal\"}");
    var environment = as(key, "POST", "/v1/environments", "{\"name\":\"E\"}");
    var body = Json.obj("agent", agent.text("id"), "environment_id", environment.text("id"));
    var atWork = as(key, "POST", "/v1/sessions", body.toString()).text("id");
    as(key, "POST", "/v1/sessions/" + atWork + "/events", Api.message("Work"));
    var atRest = as(key, "POST", "/v1/sessions", body.toString()).text("id");
    api.post(WORKSPACES + "/" + id + "/archive");
    assertThat(queued(atWork)).containsExactly("UserMessage", "UserInterrupt");
    assertThat(queued(atRest)).isEmpty();
    assertThat(api.rung).containsExactly(new SessionId(atWork));
  }

  private List<String> queued(String session) {
    return api.store.eventLog().inbox(new SessionId(session)).queued().stream()
        .map(one -> one.event().getClass().getSimpleName())
        .toList();
  }

  @Test
  void theWorkspaceThatAClientNamesMustBeThatOfItsKey() throws Exception {
    for (var named : List.of("wrkspc_01Default", "")) {
      var request = api.request("/v1/agents").header("anthropic-workspace-id", named);
      assertThat(api.send(request.build()).status()).isEqualTo(200);
    }
    var other = api.request("/v1/agents").header("anthropic-workspace-id", "wrkspc_01Other");
    assertThat(api.send(other.build()).error())
        .isEqualTo(
            "permission_error: This API key does not belong to the workspace that the header"
                + " anthropic-workspace-id names");
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    var wrong =
        List.of(
            "{}", "name: field required",
            "{\"name\":\" \"}", "name: must contain a character that is not white space",
            "{\"name\":\"K\",\"scopes\":[]}", "scopes: must contain at least 1 item",
            "{\"name\":\"K\",\"scopes\":[\"all\"]}", "scopes: must be of catalog:read, ",
            "{\"name\":\"K\",\"expires_in_seconds\":1}", "expires_in_seconds: must be an integer ",
            "{\"name\":\"K\",\"key\":\"drv_\"}", "key: unknown field");
    for (int i = 0; i < wrong.size(); i += 2) {
      assertThat(api.post(KEYS, wrong.get(i)).error())
          .startsWith("invalid_request_error: " + wrong.get(i + 1));
    }
    assertThat(api.get(KEYS + "/key_1").error())
        .isEqualTo("invalid_request_error: Invalid API key ID");
    assertThat(api.post(WORKSPACES, "{\"name\":\"Default\"}").error())
        .isEqualTo(
            "conflict_error: A workspace named \"Default\" already exists: wrkspc_01Default.");
  }

  @Test
  void aStreamEndsSoonAfterItsKeyIsRevoked() throws Exception {
    var session = api.session();
    var made = created(KEYS, "Reader", KeyScope.SESSIONS_READ);
    var request =
        HttpRequest.newBuilder(URI.create(api.url(session + "/events/stream")))
            .header("authorization", "Bearer " + text(made, "key"))
            .build();
    var stream = api.http.send(request, BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    try (var body = stream.body()) {
      var end =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      body.readAllBytes();
                    } catch (java.io.IOException _) {
                      // it is cut off
                    }
                  });
      api.post(KEYS + "/" + text(made, "id") + "/revoke");
      await()
          .until(
              () -> {
                api.say(session, "Still there?");
                return !end.isAlive();
              });
    }
  }
}
