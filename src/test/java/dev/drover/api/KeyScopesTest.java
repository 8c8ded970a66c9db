package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.access.KeyScope;
import dev.drover.base.Json;
import dev.drover.base.Secret;
import dev.drover.catalog.WorkspaceId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Keys that may do only some things, and keys of several workspaces.
@Tag("database")
final class KeyScopesTest {
  private static final WorkspaceId OTHER = new WorkspaceId("wrkspc_01other");

  private static Api api;
  private static Server server;
  private static String agent;
  private static String environment;
  private static String session;
  private static String file;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    api = Api.withFiles(directory);
    file = "/v1/files/" + api.upload("a.txt", new byte[1]).text("id");
    var keys = new ArrayList<AccessKey>();
    for (var scope : KeyScope.values()) {
      keys.add(new AccessKey(key(scope), Api.WORKSPACE, Set.of(scope)));
    }
    keys.add(new AccessKey(new Secret("nothing"), Api.WORKSPACE, Set.of()));
    keys.add(new AccessKey(new Secret("other"), OTHER));
    var settings = new Server.Settings("127.0.0.1", 0, keys, Server.Settings.PING);
    server = new Server(settings, api.backend);
    agent = "/v1/agents/" + api.agent();
    environment = "/v1/environments/" + api.environment();
    session = api.session();
  }

  @AfterAll
  static void stop() {
    server.close();
    api.close();
  }

  private static Secret key(KeyScope scope) {
    return new Secret("only-" + scope);
  }

  private static Api.Answer send(String key, String method, String path, String body)
      throws Exception {
    return api.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("X-Api-Key", key)
            .method(method, BodyPublishers.ofString(body))
            .build());
  }

  /// What a request needs, by its method and path.
  private static KeyScope needed(String method, String path) {
    boolean reads = method.equals("GET") || method.equals("HEAD");
    if (path.matches(
        "/drover/(sessions/([^/]+/(files|fork|events|outline|export|replay|context|compact).*"
            + "|import)|inbox|changes)")) {
      return reads ? KeyScope.SESSIONS_READ : KeyScope.SESSIONS_WRITE;
    }
    if (path.equals("/drover/receipts")) {
      return reads ? KeyScope.CATALOG_READ : KeyScope.CATALOG_WRITE;
    }
    if (path.startsWith("/drover/keys")) {
      return reads ? KeyScope.KEYS_READ : KeyScope.KEYS_WRITE;
    }
    if (path.startsWith("/drover/workspaces")
        || path.equals("/drover/nodes")
        || path.equals("/drover/figures")
        || path.equals("/drover/policy")
        || path.equals("/metrics")) {
      return reads ? KeyScope.SERVER_READ : KeyScope.SERVER_WRITE;
    }
    if (path.startsWith("/drover/")) {
      return KeyScope.OPERATIONS;
    }
    if (path.startsWith("/v1/sessions")) {
      return reads ? KeyScope.SESSIONS_READ : KeyScope.SESSIONS_WRITE;
    }
    if (path.startsWith("/v1/files")) {
      return reads ? KeyScope.FILES_READ : KeyScope.FILES_WRITE;
    }
    return reads ? KeyScope.CATALOG_READ : KeyScope.CATALOG_WRITE;
  }

  private static void assertForbidden(Api.Answer answer, KeyScope lacking) {
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body().text("type")).isEqualTo("error");
    assertThat(answer.error())
        .isEqualTo(
            "permission_error: This API key is not allowed to do this: it lacks the scope "
                + lacking);
    assertThat(answer.body().fields()).containsOnlyKeys("type", "error", "request_id");
    assertThat(answer.body().object("error").fields()).containsOnlyKeys("type", "message");
  }

  @ParameterizedTest
  @EnumSource
  void aKeyWithOneScopeIsRefusedOnEveryRouteThatNeedsAnother(KeyScope scope) throws Exception {
    int refused = 0;
    for (var route : server.routes()) {
      var path = route.path().template().replace("{}", "none1").replace("**", "rest");
      var method = route.method();
      if (route.needs().isEmpty() || needed(method, path) == scope) {
        continue;
      }
      assertForbidden(send(key(scope).reveal(), method, path, "{}"), needed(method, path));
      refused++;
    }
    assertThat(refused).isGreaterThan(40);
  }

  static Stream<List<String>> requests() {
    return Stream.of(
        List.of("GET", "/v1/agents", ""),
        List.of("GET", "AGENT", ""),
        List.of("GET", "AGENT/versions", ""),
        List.of("POST", "/v1/agents", "{\"name\":\"a\",\"model\":\"rehearsal\"}"),
        List.of("POST", "AGENT", "{\"description\":\"d\"}"),
        List.of("GET", "/v1/environments", ""),
        List.of("GET", "ENVIRONMENT", ""),
        List.of("POST", "ENVIRONMENT", "{}"),
        List.of("GET", "/v1/models", ""),
        List.of("GET", "/v1/models/team/fast", ""),
        List.of("GET", "/v1/files", ""),
        List.of("GET", "FILE", ""),
        List.of("GET", "/v1/sessions", ""),
        List.of("GET", "SESSION", ""),
        List.of("GET", "SESSION/events", ""),
        List.of("GET", "SEARCH", ""),
        List.of("GET", "SESSION/threads", ""),
        List.of("GET", "SESSION/resources", ""),
        List.of("POST", "SESSION", "{\"title\":\"t\"}"),
        List.of("POST", "SESSION/events", "{\"events\":[{\"type\":\"user.interrupt\"}]}"),
        List.of("GET", "/drover/nodes", ""),
        List.of("GET", "/drover/figures", ""),
        List.of("GET", "/drover/inbox", ""),
        List.of("GET", "/drover/policy", ""),
        List.of("GET", "/drover/policy/tools/bash", ""),
        List.of("GET", "/drover/keys", ""),
        List.of("GET", "/drover/workspaces", ""),
        List.of("GET", "/drover/sessions", ""));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void theScopeThatARequestNeedsIsEnough(List<String> request) throws Exception {
    var path =
        request
            .get(1)
            .replace("AGENT", agent)
            .replace("ENVIRONMENT", environment)
            .replace("SEARCH", session.replace("/v1/", "/drover/") + "/events")
            .replace("SESSION", session)
            .replace("FILE", file);
    var scope = needed(request.getFirst(), path);
    assertThat(send(key(scope).reveal(), request.getFirst(), path, request.get(2)).status())
        .isEqualTo(200);
    assertForbidden(send("nothing", request.getFirst(), path, request.get(2)), scope);
  }

  @Test
  void whatIsRefusedHasNoEffect() throws Exception {
    var path = api.session();
    var reader = key(KeyScope.SESSIONS_READ).reveal();
    api.woken.clear();
    assertForbidden(
        send(reader, "POST", path + "/events", Api.message("hello")), KeyScope.SESSIONS_WRITE);
    assertForbidden(send(reader, "POST", path + "/archive", ""), KeyScope.SESSIONS_WRITE);
    assertForbidden(send(reader, "DELETE", path, ""), KeyScope.SESSIONS_WRITE);
    assertThat(send(reader, "GET", path, "").text("status")).isEqualTo("idle");
    assertThat(send(reader, "GET", path + "/events", "").data("id")).isEmpty();
    assertThat(api.woken).isEmpty();
  }

  @Test
  void whatIsNotThereAndWhoIsUnknownComesBeforeWhatIsNotAllowed() throws Exception {
    assertThat(send("nothing", "GET", "/v1/none", "").status()).isEqualTo(404);
    assertThat(send("nothing", "DELETE", "/v1/agents", "").status()).isEqualTo(405);
    assertThat(send("unknown", "GET", "/v1/agents", "").status()).isEqualTo(401);
    assertThat(send("nothing", "GET", "/healthz", "").status()).isEqualTo(200);
    // An id that exists and one that does not are refused alike.
    assertForbidden(send("nothing", "GET", session, ""), KeyScope.SESSIONS_READ);
    assertForbidden(send("nothing", "GET", session + "0", ""), KeyScope.SESSIONS_READ);
  }

  @Test
  void aKeyReachesOnlyItsWorkspace() throws Exception {
    for (var path :
        List.of(agent, environment, session, session + "/events", agent + "/versions", file)) {
      assertThat(send("other", "GET", path, "").status()).as(path).isEqualTo(404);
    }
    assertThat(send("other", "DELETE", session, "").status()).isEqualTo(404);
    assertThat(send("other", "DELETE", file, "").status()).isEqualTo(404);
    assertThat(send("other", "GET", file + "/content", "").status()).isEqualTo(404);
    assertThat(send("other", "POST", session + "/events", Api.message("hi")).status())
        .isEqualTo(404);
    for (var path :
        List.of(
            "/v1/agents", "/v1/environments", "/v1/files", "/v1/sessions", "/drover/sessions")) {
      assertThat(send("other", "GET", path, "").data("id")).as(path).isEmpty();
    }
    var id = send("other", "POST", "/v1/agents", "{\"name\":\"a\",\"model\":\"rehearsal\"}");
    assertThat(api.get("/v1/agents/" + id.text("id")).status()).isEqualTo(404);
    var foreign = Json.obj("agent", id.text("id"), "environment_id", environment.substring(17));
    assertThat(send("other", "POST", "/v1/sessions", foreign.toString()).error())
        .isEqualTo("not_found_error: Referenced environment not found or not accessible.");
  }
}
