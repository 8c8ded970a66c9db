package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.TenantClient.Answer;
import dev.drover.TenantClient.Body;
import dev.drover.access.KeyScope;
import dev.drover.base.Json;
import dev.drover.cli.Checking;
import dev.drover.testing.ApiDocument;
import dev.drover.testing.ApiDocument.Operation;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.WebhookReceiver;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What one workspace has, another one cannot see, change or even notice: for every operation of
/// the OpenAPI document and every id in its path, in its query and in bodies, an id of another
/// workspace is answered exactly as one that never existed, and not a row of the database changes.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // by start
abstract class TenantIsolationSuite {
  /// Ids in paths that are the same for all workspaces.
  private static final Set<String> SHARED = Set.of("model_id", "model_name", "skill_name");

  /// The query parameters that take ids, and whose.
  private static final Map<String, String> FILTERS =
      Map.ofEntries(
          Map.entry("agent_id", "agent_id"),
          Map.entry("memory_store_id", "memory_store_id"),
          Map.entry("scope_id", "session_id"),
          Map.entry("session_id", "session_id"),
          Map.entry("ids[]", "file_id"),
          Map.entry("memory_id", "memory_id"),
          Map.entry("api_key_id", "key_id"),
          Map.entry("credential_id", "credential_id"),
          Map.entry("after_id", "webhook_endpoint_id"),
          Map.entry("before_id", "webhook_endpoint_id"));

  private static final Set<String> OF_SERVER =
      Set.of("/metrics", "/drover/nodes", "/drover/figures", "/drover/policy");

  /// Query parameters that take ids of which there are none.
  private static final Set<String> OTHERS = Set.of("service_account_id");

  Path data = Path.of("");

  private final ScriptedMessages model = ScriptedMessages.start();
  private final HttpClient http = HttpClient.newHttpClient();
  private WebhookReceiver hooks;
  private Drover server;
  private TenantRequests requests;
  private TenantClient admin;
  private TenantWorld a;
  private TenantWorld b;

  /// The settings of the store.
  abstract Map<String, String> database();

  abstract Connection connect() throws SQLException;

  /// Removes the store.
  void drop() {}

  private Map<String, String> flags() {
    var flags = new HashMap<>(database());
    flags.put("data", data.toString());
    flags.put("port", "0");
    flags.put("network.private", "[127.0.0.1]");
    flags.put("rehearsal.first_token_ms", "0");
    flags.put("anthropic.base_url", model.uri().toString());
    flags.put("anthropic.api_key", "sk-model");
    return flags;
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    data = directory;
    hooks = new WebhookReceiver();
    server = new Drover(Config.read(flags(), Map.of()));
    admin = new TenantClient(http, server.url(), server.key().reveal());
    var document = new ApiDocument(admin.get("/openapi.json").text());
    requests = new TenantRequests(document);
    a = world("A");
    b = world("B");
  }

  /// Everything that a server leaves is as a check expects it.
  @AfterAll
  void stop() {
    http.shutdownNow();
    server.close();
    var findings = new ArrayList<String>();
    new Auditor(Map.of())
        .run(
            flags(),
            new Checking.Hearer() {
              @Override
              public void finding(String session, long position, String sentence) {
                findings.add(sentence);
              }

              @Override
              public void note(String session, String sentence) {}
            });
    hooks.close();
    model.close();
    drop();
    assertThat(findings).isEmpty();
  }

  /// A client of a new workspace.
  private TenantClient client(String workspace) throws Exception {
    var scopes =
        Arrays.stream(KeyScope.values())
            .filter(scope -> !scope.isOfServer())
            .map(KeyScope::toString)
            .toList();
    var key =
        admin.ok(
            "POST",
            "/drover/workspaces/" + workspace + "/keys",
            Body.json(Json.obj("name", "all", "scopes", scopes)));
    return new TenantClient(http, server.url(), String.valueOf(key.text("key")));
  }

  private String workspace(String name) throws Exception {
    return admin.made("/drover/workspaces", Json.obj("name", name));
  }

  private TenantWorld world(String name) throws Exception {
    var workspace = workspace(name);
    return TenantWorld.make(client(workspace), workspace, hooks.uri("/" + name));
  }

  private Map<String, List<String>> rows() throws SQLException {
    try (var connection = connect()) {
      return TenantRows.of(connection);
    }
  }

  /// An id of the same form that nothing has.
  private static String ghost(String id) {
    return id.substring(0, id.indexOf('_') + 1) + "01" + "x".repeat(22);
  }

  /// An answer without what differs from request to request.
  private static String reduced(Answer answer, UnaryOperator<String> ids) {
    var text = answer.text().replaceAll("req_\\w+", "REQUEST");
    return answer.status() + " " + ids.apply(text);
  }

  /// The operations that concern one workspace and have ids in their paths.
  private List<Operation> operationsWithIds() {
    return requests.document().operations().stream()
        .filter(operation -> !SHARED.containsAll(requests.names(operation)))
        .toList();
  }

  private static boolean isOfServer(Operation operation) {
    return operation.path().startsWith("/drover/workspaces");
  }

  @Test
  void anIdOfAnotherWorkspaceIsAsOneThatNeverExisted() throws Exception {
    var before = rows();
    int sent = 0;
    for (var operation : operationsWithIds()) {
      if (isOfServer(operation)) {
        assertThat(requests.send(b.client(), operation, a.ids(), b).status()).isEqualTo(403);
        continue;
      }
      var names = requests.names(operation);
      for (int foreign = 1; foreign < 1 << names.size(); foreign++) {
        var ids = new HashMap<>(b.ids());
        var none = new HashMap<>(b.ids());
        for (int i = 0; i < names.size(); i++) {
          if ((foreign & 1 << i) != 0) {
            ids.put(names.get(i), a.id(names.get(i)));
            none.put(names.get(i), ghost(a.id(names.get(i))));
          }
        }
        assertSame(b.client(), operation, names, ids, none);
        sent++;
      }
      assertSame(admin, operation, names, a.ids(), ghosts(names));
    }
    assertThat(sent).isGreaterThan(100);
    assertThat(rows()).isEqualTo(before);
  }

  private Map<String, String> ghosts(List<String> names) {
    var ghosts = new HashMap<String, String>();
    names.forEach(name -> ghosts.put(name, ghost(a.id(name))));
    return ghosts;
  }

  private void assertSame(
      TenantClient client,
      Operation operation,
      List<String> names,
      Map<String, String> ids,
      Map<String, String> none)
      throws Exception {
    var answer = requests.send(client, operation, ids, b);
    var nothing = requests.send(client, operation, none, b);
    assertThat(answer.status()).as("%s: %s", operation, answer.text()).isEqualTo(404);
    assertThat(reduced(answer, text -> named(text, names, ids)))
        .as("%s", operation)
        .isEqualTo(reduced(nothing, text -> named(text, names, none)));
  }

  private static String named(String text, List<String> names, Map<String, String> ids) {
    for (var name : names) {
      text = text.replace(String.valueOf(ids.get(name)), name);
    }
    return text;
  }

  @Test
  void listsShowOnlyTheCallersOwn() throws Exception {
    var empty = client(workspace("empty"));
    int lists = 0;
    for (var operation : requests.document().operations()) {
      if (!operation.method().equals("GET")
          || operation.spec().get("security").isPresent()
          || isOfServer(operation)
          || (SHARED.containsAll(requests.names(operation))
              && !requests.names(operation).isEmpty())) {
        continue;
      }
      if (OF_SERVER.contains(operation.path())) {
        assertThat(b.client().get(operation.path()).status()).isEqualTo(403);
      } else if (operation.path().endsWith("stream")
          || operation.path().equals("/drover/changes")
          || operation.path().endsWith("/content")) {
        continue; // shows no ids
      } else if (operation.path().startsWith("/drover/sessions/{session_id}/files")) {
        continue; // would start a sandbox
      } else if (!operation.path().contains("{") && !operation.path().equals("/v1/models")) {
        var shown = empty.get(operation.path());
        assertThat(shown.status()).as("%s", operation).isEqualTo(200);
        var data = shown.json().items("data");
        assertThat(data).as("%s", operation).hasSize(operation.path().endsWith("keys") ? 1 : 0);
        lists++;
      }
      if (!OF_SERVER.contains(operation.path())) {
        var own = requests.send(b.client(), operation, b.ids(), b);
        a.ids()
            .forEach(
                (name, id) -> {
                  if (!SHARED.contains(name)) {
                    assertThat(own.text()).as("%s %s", operation, name).doesNotContain(id);
                  }
                });
        checkFilters(operation);
      }
    }
    assertThat(lists).isGreaterThan(8);
  }

  private void checkFilters(Operation operation) throws Exception {
    for (var parameter : requests.queries(operation)) {
      var name = FILTERS.get(parameter);
      assertThat(name != null || OTHERS.contains(parameter) || !parameter.matches(".*_ids?"))
          .as("%s of %s takes an id: add it to FILTERS", parameter, operation)
          .isTrue();
      if (name != null) {
        var path = requests.path(operation, b.ids());
        var foreign = a.id(name);
        var none = ghost(foreign);
        var answer = b.client().get(TenantRequests.with(path, parameter, foreign));
        var nothing = b.client().get(TenantRequests.with(path, parameter, none));
        assertThat(reduced(answer, text -> text.replace(foreign, "ID")))
            .as("%s %s", operation, parameter)
            .isEqualTo(reduced(nothing, text -> text.replace(none, "ID")))
            .doesNotStartWith("5");
      }
    }
  }

  @Test
  void nothingRefersToWhatAnotherWorkspaceHas() throws Exception {
    var before = rows();
    for (var reference : TenantReference.all(b)) {
      var foreign = a.id(reference.name());
      var none = ghost(foreign);
      var answer = b.client().post(reference.path(), reference.body().apply(foreign));
      var nothing = b.client().post(reference.path(), reference.body().apply(none));
      assertThat(answer.status()).as("%s", answer.text()).isIn(400, 404);
      assertThat(reduced(answer, text -> text.replace(foreign, "ID")))
          .isEqualTo(reduced(nothing, text -> text.replace(none, "ID")));
    }
    assertThat(rows()).isEqualTo(before);
  }

  /// The requests that are refused above are good ones: with ids of its own, a caller gets no 404
  /// from any of them.
  @Test
  void theSameRequestsReachWhatIsTheCallersOwn() throws Exception {
    var own = world("own");
    var order =
        Comparator.comparingInt((Operation operation) -> rank(operation))
            .thenComparingInt(operation -> -operation.path().split("/", -1).length);
    boolean rests = false;
    for (var operation : operationsWithIds().stream().sorted(order).toList()) {
      if (!rests && rank(operation) > 2) {
        own.rest();
        rests = true;
      }
      var client = isOfServer(operation) ? admin : own.client();
      var answer = requests.send(client, operation, own.ids(), own);
      assertThat(answer.status()).as("%s: %s", operation, answer.text()).isIn(200, 400, 409);
    }
    assertThat(own.client().get("/v1/agents").status()).isEqualTo(401); // it is archived now
  }

  private static int rank(Operation operation) {
    if (isOfServer(operation) && operation.path().endsWith("}/archive")) {
      return 5;
    }
    if (operation.path().matches(".*/(archive|revoke|redact)")) {
      return 3;
    }
    return switch (operation.method()) {
      case "PUT" -> 0;
      case "GET" -> 1;
      case "DELETE" -> 4;
      default -> 2;
    };
  }

  @Test
  void contentsAreSharedWithinAWorkspaceOnly() throws Exception {
    var again = Body.form("file", "c.txt", TenantWorld.TEXT);
    var copy = b.client().made("/v1/files", again);
    try (var connection = connect();
        var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                """
                SELECT COUNT(*), COUNT(DISTINCT blob.id), COUNT(DISTINCT blob.workspace_id)
                FROM file JOIN blob ON blob.id = file.blob_id
                WHERE file.id IN ('%s', '%s', '%s')\
                """
                    .formatted(a.id("file_id"), b.id("file_id"), copy))) {
      assertThat(found.next()).isTrue();
      assertThat(List.of(found.getInt(1), found.getInt(2), found.getInt(3)))
          .isEqualTo(List.of(3, 2, 2));
    }
    b.client().ok("DELETE", "/v1/files/" + copy, Body.NONE);
    assertThat(a.client().get("/v1/files/" + a.id("file_id") + "/content").text())
        .isEqualTo(TenantWorld.TEXT);
  }

  @Test
  void theStorageOfOneWorkspaceIsNotThatOfAnother() throws Exception {
    var workspace = workspace("small");
    var small = client(workspace);
    admin.ok("POST", "/drover/workspaces/" + workspace, Body.json(Json.obj("storage_mib", 1)));
    var large = Body.form("file", "large", "x".repeat(2 << 20));
    var refused = small.send("POST", "/v1/files", large);
    assertThat(refused.text()).contains("storage_quota_exceeded", "may store 1 MiB");
    b.client().ok("DELETE", "/v1/files/" + b.client().made("/v1/files", large), Body.NONE);
    small.made("/v1/files", Body.form("file", "fits", "x".repeat(1000)));
    var shown = admin.ok("GET", "/drover/workspaces/" + workspace, Body.NONE);
    assertThat(shown.number("stored_bytes", 0)).isEqualTo(1000);
    admin.ok("POST", "/drover/workspaces/" + workspace, Body.json(Json.obj("storage_mib", null)));
    small.made("/v1/files", large);
  }

  @Test
  void webhooksAreNotifiedOfTheirWorkspaceOnly() {
    var seen = hooks.all();
    assertThat(seen.stream().filter(one -> one.path().equals("/A"))).hasSizeGreaterThan(3);
    for (var one : seen) {
      var other = one.path().equals("/A") ? b : a;
      assertThat(one.body()).doesNotContain(other.ids().get("workspace_id"));
      for (var name : List.of("agent_id", "session_id", "environment_id")) {
        assertThat(one.body()).doesNotContain(other.id(name));
      }
    }
  }

  @Test
  void whatAnAgentMakesBelongsToTheWorkspaceOfItsSession() throws Exception {
    model.script(
        Script.reply()
            .toolUse("bash", Json.obj("command", "echo made > /mnt/session/outputs/made.txt")),
        Script.reply().text("done"));
    var client = a.client();
    var agent =
        client.made(
            "/v1/agents",
            Json.obj(
                "name",
                "Scripted",
                "model",
                "scripted",
                "tools",
                List.of(Json.obj("type", "agent_toolset_20260401"))));
    var made =
        client.made(
            "/v1/sessions", Json.obj("agent", agent, "environment_id", a.id("environment_id")));
    client.ok("POST", "/v1/sessions/" + made + "/events", Body.json(TenantWorld.message()));
    var outputs = "/v1/files?scope_id=" + made;
    await().until(() -> client.get(outputs).json().items("data").size() == 1);
    var file = (Json.Obj) client.get(outputs).json().items("data").getFirst();
    assertThat(client.get("/v1/files/" + file.text("id") + "/content").text()).isEqualTo("made\n");
    assertThat(admin.get(outputs).json().items("data")).isEmpty();
    assertThat(b.client().get("/v1/files/" + file.text("id")).status()).isEqualTo(404);
    var session = "/v1/sessions/" + made;
    await().until(() -> TenantWorld.types(client, session).endsWith("session.status_idle"));
    client.ok("DELETE", session, Body.NONE);
    a.settle();
  }
}
