package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.ModelUsage;
import dev.drover.session.Money;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.session.ThreadId;
import dev.drover.session.Usage;
import dev.drover.testing.ApiDocument;
import dev.drover.testing.ApiDocument.Operation;
import dev.drover.testing.ResourceSample;
import dev.drover.wire.EventCodec;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The document that the server serves says what the server does.
@Tag("database")
final class OpenApiTest {
  /// Parameters of the protocol that a route refuses by name.
  private static final Set<String> NOT_YET = Set.of("deployment_id", "memory_store_id");

  private static final String CREDENTIAL =
      "{\"auth\":{\"type\":\"static_bearer\",\"mcp_server_url\":\"https://a.example\",\"token\":\"x\"}}";

  @TempDir private Path directory;
  private Api api;
  private final Set<Operation> answered = new HashSet<>();
  private ApiDocument document;

  @BeforeEach
  void read() throws Exception {
    api = Api.withFiles(directory);
    document = new ApiDocument(api.get("/openapi.json").body().toString());
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void theDocumentNeedsNoKeyAndIsAlwaysTheSame() throws Exception {
    var request = HttpRequest.newBuilder(URI.create(api.url("/openapi.json"))).build();
    var first = api.http.send(request, BodyHandlers.ofByteArray());
    assertThat(first.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(api.http.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(first.body());
    assertThat(document.json().text("openapi")).startsWith("3.1.");
  }

  @Test
  void everyRouteIsAnOperationAndEveryOperationARoute() {
    var operations = document.operations().stream().map(Operation::toString).toList();
    var all = new ArrayList<String>();
    var honoured = new ArrayList<String>();
    for (var route : api.server.routes()) {
      var name = route.method() + " " + route.path().template();
      all.add(name);
      if (!Unsupported.refuses(route.action()) && !isPage(route)) {
        honoured.add(name);
      }
    }
    assertThat(operations).doesNotHaveDuplicates().containsAll(honoured);
    assertThat(all).containsAll(operations);
  }

  /// Whether the route is that of the files of the console.
  private static boolean isPage(Router.Route route) {
    return route.path().template().equals("/console")
        || route.path().template().equals("/console/**");
  }

  @Test
  void operationsAreOpenWhereRoutesAre() {
    for (var operation : document.operations()) {
      boolean open = operation.spec().get("security").isPresent();
      assertThat(api.server.routes())
          .filteredOn(
              route -> (route.method() + " " + route.path().template()).equals("" + operation))
          .allMatch(route -> route.needs().isEmpty() == open);
    }
  }

  @Test
  void everySchemaIsOneAndEveryReferenceLeadsSomewhere() {
    var meta =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));
    var components = document.json().object("components");
    components
        .object("schemas")
        .fields()
        .forEach(
            (name, schema) ->
                assertThat(meta.validate(schema.toString(), InputFormat.JSON)).as(name).isEmpty());
    var used = new HashSet<String>();
    document.walk(
        object -> {
          var reference = object.text("$ref");
          if (reference != null) {
            assertThat(document.resolve(object).fields()).as(reference).isNotEmpty();
            used.add(reference);
          }
        });
    for (var kind : List.of("schemas", "parameters", "responses", "headers")) {
      for (var name : components.object(kind).fields().keySet()) {
        assertThat(used).contains("#/components/" + kind + "/" + name);
      }
    }
  }

  @Test
  void everyOperationHasANameATagAnAnswerAndItsPathsParameters() {
    var tags =
        document.json().items("tags").stream().map(tag -> ((Json.Obj) tag).get("name")).toList();
    assertThat(tags).doesNotHaveDuplicates();
    var names = new HashSet<String>();
    for (var operation : document.operations()) {
      assertThat(names.add(String.valueOf(operation.spec().text("operationId")))).isTrue();
      assertThat(tags).contains(operation.spec().items("tags").stream().findFirst());
      assertThat(operation.spec().object("responses").fields()).isNotEmpty();
      var inPath =
          Pattern.compile("\\{([^}]*)}").matcher(operation.path()).results().map(r -> r.group(1));
      assertThat(document.parameters(operation, "path"))
          .extracting(parameter -> parameter.text("name"))
          .containsExactlyElementsOf(inPath.toList());
      assertThat(document.parameters(operation, "path"))
          .allMatch(parameter -> Json.of(true).equals(parameter.get("required").orElse(null)));
    }
  }

  /// Each name that any operation knows is sent to each `GET` with a value that no parameter takes:
  /// it is refused where it is documented, and only there.
  @Test
  void aRouteLooksAtTheQueryParametersThatAreDocumentedAndAtNoOthers() throws Exception {
    var paths = paths();
    var all = new TreeSet<String>(NOT_YET);
    for (var operation : document.operations()) {
      all.addAll(queryOf(operation));
    }
    for (var operation : document.operations()) {
      if (!operation.method().equals("GET") || paths.get(operation.toString()) == null) {
        continue;
      }
      var path = paths.get(operation.toString());
      var seen = new TreeSet<String>();
      for (var name : all) {
        if (operation.path().equals("/metrics") || operation.path().endsWith("/content")) {
          continue; // is not JSON, and has none
        }
        boolean streams = operation.path().endsWith("stream");
        if (operation.path().equals("/drover/changes")
            || (streams && !name.equals("event_deltas[]"))) {
          continue; // would stream without end
        }
        var query = "?" + name.replace("[", "%5B").replace("]", "%5D") + "=%00";
        var answer = api.get(path + query);
        boolean refused = answer.status() == 400 && !answer.error().contains("unknown query");
        boolean notYet = answer.error().contains("not supported");
        if (refused && !notYet) {
          seen.add(name);
        }
      }
      assertThat(seen).as("%s", operation).isEqualTo(new TreeSet<>(queryOf(operation)));
    }
  }

  @Test
  void listsThatRefuseUnknownParametersNameTheDocumentedOnes() throws Exception {
    var paths = paths();
    int refusing = 0;
    for (var operation : document.operations()) {
      if (String.valueOf(operation.spec().text("description")).contains("Unknown query")) {
        var error = api.get(paths.get(operation.toString()) + "?nonsense=1").error();
        var valid = error.substring(error.indexOf("valid ones are ") + 15).split(", ", -1);
        assertThat(Set.of(valid).stream().filter(name -> !Set.of("types", "ids").contains(name)))
            .containsExactlyInAnyOrderElementsOf(queryOf(operation));
        refusing++;
      }
    }
    assertThat(refusing).isEqualTo(10);
  }

  private void checkSessionResources(String session) throws Exception {
    var all = session + "/resources";
    var added =
        Json.obj("type", "file", "file_id", api.upload("r.txt", new byte[1]).text("id")).toString();
    var one = all + "/" + check("POST /v1/sessions/{}/resources", all, added).text("id");
    check("POST /v1/sessions/{}/resources", all, added);
    check("GET /v1/sessions/{}/resources", all);
    check("GET /v1/sessions/{}/resources/{}", one);
    check("POST /v1/sessions/{}/resources/{}", one, "{}");
    check("DELETE /v1/sessions/{}/resources/{}", one);
    check("DELETE /v1/sessions/{}/resources/{}", one);
  }

  private Set<String> queryOf(Operation operation) {
    return document.parameters(operation, "query").stream()
        .map(parameter -> String.valueOf(parameter.text("name")))
        .collect(Collectors.toSet());
  }

  /// A path of each `GET` that finds something.
  private Map<String, String> paths() throws Exception {
    var session = api.session();
    var thread = api.get(session + "/threads").data("id").getFirst();
    var paths = new HashMap<String, String>();
    var resources = new LinkedHashMap<String, String>();
    for (var sample : ResourceSample.all().toList()) {
      var id = api.post(sample.kind().path(), sample.body("path").toString()).text("id");
      resources.put("{" + sample.kind().type() + "_id}", id);
    }
    var memories = "/v1/memory_stores/" + resources.get("{memory_store_id}") + "/memories";
    var memory = api.post(memories, "{\"path\":\"/a\",\"content\":\"\"}").body();
    var credential =
        api.post("/v1/vaults/" + resources.get("{vault_id}") + "/credentials", CREDENTIAL);
    resources.put("{credential_id}", credential.text("id"));
    var skill = api.uploadSkill("/v1/skills", "demo");
    resources.put("{skill_id}", skill.text("id"));
    resources.put("{version}", skill.text("latest_version_id"));
    resources.put("{skill_name}", "xlsx");
    var webhook = "{\"url\":\"https://example.com/\",\"enabled_events\":[\"agent.created\"]}";
    resources.put(
        "{webhook_endpoint_id}", api.post("/v1/organizations/webhooks", webhook).text("id"));
    resources.put("{file_id}", api.upload("a.txt", new byte[3]).text("id"));
    resources.put("{workspace_id}", Api.WORKSPACE.value());
    resources.put("{key_id}", api.post("/drover/keys", "{\"name\":\"K\"}").text("id"));
    for (var operation : document.operations()) {
      var path = operation.path();
      for (var resource : resources.entrySet()) {
        path = path.replace(resource.getKey(), resource.getValue());
      }
      paths.put(
          operation.toString(),
          path.replace("/v1/sessions/{session_id}", session)
              .replace("{session_id}", session.substring("/v1/sessions/".length()))
              .replace("{thread_id}", thread)
              .replace("{model_id}/{model_name}", "team/fast")
              .replace("{model_id}", "rehearsal")
              .replace("{memory_id}", memory.text("id"))
              .replace("{memory_version_id}", memory.text("memory_version_id"))
              .replace("{host}", "api.example")
              .replace("{tool}", "bash")
              .replace("{resource_id}", "sesrsc_1"));
    }
    return paths;
  }

  @Test
  void everyRouteAnswersAsDocumented() throws Exception {
    var agent =
        check(
                "POST /v1/agents",
                "/v1/agents",
                "{\"name\":\"A\",\"model\":{\"id\":\"rehearsal-2\",\"effort\":\"low\"},\"system\":\"s\","
                    + "\"tools\":[{\"type\":\"agent_toolset_20260401\",\"configs\":[{\"name\":\"bash\","
                    + "\"enabled\":false,\"permission_policy\":{\"type\":\"auto\"}},"
                    + "{\"name\":\"web_fetch\"}]},{\"type\":\"custom\",\"name\":\"lookup\","
                    + "\"description\":\"d\",\"input_schema\":{\"type\":\"object\"}}],\"metadata\":{\"a\":\"b\"}}")
            .text("id");
    check("POST /v1/agents", "/v1/agents", "{\"name\":1}");
    check("GET /v1/agents", "/v1/agents?limit=1");
    check("GET /v1/agents/{}", "/v1/agents/" + agent);
    check("GET /v1/agents/{}/versions", "/v1/agents/" + agent + "/versions");
    check("POST /v1/agents/{}", "/v1/agents/" + agent, "{\"version\":7}");
    check("POST /v1/agents/{}", "/v1/agents/" + agent, "{\"description\":\"d\",\"version\":1}");

    var environment =
        check(
                "POST /v1/environments",
                "/v1/environments",
                "{\"name\":\"E\",\"config\":{\"type\":\"cloud\",\"networking\":{\"type\":\"limited\","
                    + "\"allowed_hosts\":[\"a.example\"]}}}")
            .text("id");
    check("POST /v1/environments", "/v1/environments", "{\"name\":\"E\"}");
    check("POST /v1/environments", "/v1/environments", "{\"name\":\"F\",\"metadata\":{\"\":\"\"}}");
    check("POST /v1/environments/{}", "/v1/environments/" + environment, "{\"description\":\"d\"}");

    for (var sample : ResourceSample.all().toList()) {
      checkKind(sample);
    }
    checkMemories();
    checkCredentials();

    var made = Json.obj("agent", agent, "environment_id", environment, "title", "t").toString();
    var session = "/v1/sessions/" + check("POST /v1/sessions", "/v1/sessions", made).text("id");
    check("POST /v1/sessions", "/v1/sessions", made.replace(agent, "agent_none"));
    check("GET /v1/sessions", "/v1/sessions");
    check("GET /v1/sessions/{}", session);
    check("POST /v1/sessions/{}", session, "{\"title\":null,\"agent\":{\"tools\":[]}}");
    check("POST /v1/sessions/{}", session, "{\"vault_ids\":[]}");
    check("GET /v1/sessions/{}/resources", session + "/resources");
    checkSessionResources(session);
    var thread =
        ((Json.Obj)
                check("GET /v1/sessions/{}/threads", session + "/threads").items("data").getFirst())
            .text("id");
    check("GET /v1/sessions/{}/threads/{}", session + "/threads/" + thread);
    check(
        "POST /v1/sessions/{}/threads/{}/archive", session + "/threads/" + thread + "/archive", "");
    check("POST /v1/sessions/{}/events", session + "/events", Api.message("hello"));
    check(
        "POST /v1/sessions/{}/events",
        session + "/events",
        "{\"events\":[{\"type\":\"user.interrupt\"}]}");
    check("POST /v1/sessions/{}/events", session + "/events", "{\"events\":[]}");
    check("GET /v1/sessions/{}/events", session + "/events");
    check("GET /v1/sessions/{}/threads/{}/events", session + "/threads/" + thread + "/events");
    for (var stream : List.of("/events/stream", "/stream", "/threads/" + thread + "/stream")) {
      try (var frames = api.stream(session + stream)) {
        answered.add(operation("GET " + session(stream, String.valueOf(thread))));
        assertThat(frames.response.headers().firstValue("content-type").orElse(""))
            .startsWith("text/event-stream");
      }
    }
    check("GET /v1/models", "/v1/models");
    check("GET /v1/models/{}", "/v1/models/rehearsal");
    check("GET /v1/models/{}/{}", "/v1/models/team/fast");
    check("GET /v1/models/{}", "/v1/models/none");
    check("GET /drover/nodes", "/drover/nodes");
    check("GET /drover/figures", "/drover/figures?minutes=5");
    check("GET /drover/figures", "/drover/figures?minutes=61");
    check("GET /drover/inbox", "/drover/inbox?waiting_for=client");
    check("GET /drover/inbox", "/drover/inbox?waiting_for=nobody");
    check("GET /drover/changes", "/drover/changes?since=1");
    check("GET /drover/policy", "/drover/policy");
    check("GET /drover/policy/hosts/{}", "/drover/policy/hosts/api.example?port=8443");
    check("GET /drover/policy/tools/{}", "/drover/policy/tools/bash");
    check("GET /drover/policy/tools/{}", "/drover/policy/tools/bash?session_id=sesn_none");
    check("GET /drover/sessions", "/drover/sessions");
    check("GET /drover/sessions", "/drover/sessions?limit=0");
    check("GET /drover/sessions/{}", session.replace("/v1/", "/drover/"));
    check("GET /drover/sessions/{}", "/drover/sessions/sesn_none");
    var fork = session.replace("/v1/", "/drover/") + "/fork";
    check("POST /drover/sessions/{}/fork", fork, "{\"at\":0,\"workspace\":\"none\"}");
    check("POST /drover/sessions/{}/fork", fork, "{\"at\":-1}");
    var own = session.replace("/v1/", "/drover/");
    check("GET /drover/sessions/{}/context", own + "/context");
    check("GET /drover/sessions/{}/context", own + "/context?part=system");
    check("POST /drover/sessions/{}/compact", own + "/compact", "{}");
    check("POST /drover/sessions/{}/compact", own + "/compact", "{\"instructions\":\"a\"}");
    var found = session.replace("/v1/", "/drover/") + "/events";
    check("GET /drover/sessions/{}/events", found + "?text=HELLO&limit=1");
    check("GET /drover/sessions/{}/events", found + "?after=yesterday");
    check("GET /drover/sessions/{}/outline", own + "/outline?after=1&limit=2");
    check("GET /drover/sessions/{}/outline", own + "/outline?after=-1");
    checkBundles(session.replace("/v1/", "/drover/"), agent, environment);
    var replay = session.replace("/v1/", "/drover/") + "/replay";
    check("GET /drover/sessions/{}/replay", replay + "?context_tokens=32000&points=2");
    check("GET /drover/sessions/{}/replay", replay + "?strategy=none");
    var trials = replay + "/assumptions";
    check("GET /drover/sessions/{}/replay/assumptions", trials + "?profile=default&points=2");
    check("GET /drover/sessions/{}/replay/assumptions", trials + "?without=luck");
    check("POST /drover/sessions/{}/replay", replay, "{\"position\":1,\"without\":\"luck\"}");
    check("POST /drover/sessions/{}/replay", replay, "{\"position\":1}");
    check("GET /drover/sessions/{}/files", "/drover/sessions/sesn_none/files?path=/workspace");
    check("GET /drover/sessions/{}/files/list", "/drover/sessions/sesn_none/files/list");
    check("PUT /drover/sessions/{}/files", "/drover/sessions/sesn_none/files?path=/workspace");
    check("GET /healthz", "/healthz");
    check("GET /health", "/health");
    check("GET /readyz", "/readyz");
    var metrics = api.http.send(api.request("/metrics").build(), BodyHandlers.ofString());
    assertThat(metrics.headers().firstValue("content-type").orElse("")).startsWith("text/plain");
    answered.add(operation("GET /metrics"));
    check("GET /openapi.json", "/openapi.json");
    var other = api.session();
    check("POST /v1/sessions/{}/archive", other + "/archive", "");
    check("POST /v1/sessions/{}/events", other + "/events", Api.message("too late"));
    check("GET /v1/sessions/{}/events", other + "/events");
    check("DELETE /v1/sessions/{}", other);
    check("POST /v1/sessions/{}", session, "{\"title\":\"u\"}");
    checkFiles();
    checkSkills();
    checkWebhooks();
    checkAccess();
    checkConsole();
    assertThat(answered).containsAll(document.operations());
  }

  private void checkConsole() throws Exception {
    var code = check("POST /drover/console-link", "/drover/console-link", "").text("code");
    var body = "{\"code\":\"" + code + "\"}";
    check("POST /console/login", "/console/login", body); // of another page
    for (var sent : List.of(body, body, "{}")) {
      var login = console("/console/login").POST(BodyPublishers.ofString(sent));
      check(operation("POST /console/login"), api.send(login.build()));
    }
    check("GET /console/login", "/console/login");
    check("DELETE /console/login", "/console/login");
    var logout = api.send(console("/console/login").DELETE().build());
    assertThat(logout.status()).isEqualTo(204);
  }

  /// A request as the console sends it.
  private HttpRequest.Builder console(String path) {
    return api.request(path)
        .header("x-drover-console", "1")
        .header("sec-fetch-site", "same-origin");
  }

  private void checkBundles(String session, @Nullable String agent, @Nullable String environment)
      throws Exception {
    check("GET /drover/sessions/{}/export", "/drover/sessions/sesn_none/export");
    var export = api.request(session + "/export").build();
    var bundle = api.http.send(export, BodyHandlers.ofByteArray()).body();
    var path = "/drover/sessions/import";
    check("POST /drover/sessions/import", path, "{}");
    var request =
        api.request(path + "?agent=" + agent + "&environment_id=" + environment)
            .POST(BodyPublishers.ofByteArray(bundle));
    var made = check(operation("POST /drover/sessions/import"), api.send(request.build()));
    check("GET /drover/sessions/{}", "/drover/sessions/" + made.object("session").text("id"));
  }

  private void checkFiles() throws Exception {
    var uploaded = check(operation("POST /v1/files"), api.upload("a.txt", new byte[3]));
    var file = "/v1/files/" + uploaded.text("id");
    check("POST /v1/files", "/v1/files", "{}");
    check(operation("POST /v1/files"), api.upload("a.txt", new byte[(int) Api.LARGEST + 1]));
    check("GET /v1/files", "/v1/files");
    check("GET /v1/files", "/v1/files?limit=x");
    check("GET /v1/files/{}", file);
    var content = operation("GET /v1/files/{}/content");
    var range = api.request(file + "/content").header("range", "bytes=9-").build();
    check(content, api.send(range));
    check("DELETE /v1/files/{}", file);
    check("DELETE /v1/files/{}", file);
    check("GET /v1/files/{}", file);
    check("GET /v1/files/{}/content", file + "/content");
  }

  private void checkSkills() throws Exception {
    var skill = check(operation("POST /v1/skills"), api.uploadSkill("/v1/skills", "demo"));
    check(operation("POST /v1/skills"), api.uploadSkill("/v1/skills", "Demo"));
    var one = "/v1/skills/" + skill.text("id");
    var versions = one + "/versions";
    var added = check(operation("POST /v1/skills/{}/versions"), api.uploadSkill(versions, "demo"));
    check(operation("POST /v1/skills/{}/versions"), api.uploadSkill(versions, "other"));
    check("GET /v1/skills", "/v1/skills?source=custom");
    check("GET /v1/skills", "/v1/skills?source=x");
    check("GET /v1/skills/{}", one);
    check("GET /v1/skills/{}/versions", versions);
    check("GET /v1/skills/{}/versions/{}", versions + "/latest");
    check("GET /v1/skills/{}/versions/{}", versions + "/skver_none");
    var latest = versions + "/" + added.text("id");
    var archive =
        api.send(api.request(latest + "/content").method("HEAD", BodyPublishers.noBody()).build());
    assertThat(archive.headers().firstValue("content-type")).hasValue("application/zip");
    check("GET /v1/skills/{}/versions/{}/content", versions + "/skver_none/content");
    check("DELETE /v1/skills/{}/versions/{}", latest);
    check("DELETE /v1/skills/{}/versions/{}", latest);
    check("DELETE /v1/skills/{}", one);
    check("DELETE /v1/skills/{}", one);
    check("GET /v1/skills/{}", one);
    var xlsx = "/drover/skills/xlsx";
    check(operation("POST /drover/skills/{}"), api.uploadSkill(xlsx, "demo"));
    check(operation("POST /drover/skills/{}"), api.uploadSkill("/drover/skills/XLSX", "demo"));
  }

  private void checkAccess() throws Exception {
    var workspaces = "/drover/workspaces";
    check("POST " + workspaces, workspaces, "{\"name\":1}");
    var id = check("POST " + workspaces, workspaces, "{\"name\":\"W\"}").text("id");
    check("POST " + workspaces, workspaces, "{\"name\":\"W\"}");
    check("GET " + workspaces, workspaces);
    var one = workspaces + "/" + id;
    check("GET " + workspaces + "/{}", one);
    check("GET " + workspaces + "/{}", workspaces + "/wrkspc_none");
    check("POST " + workspaces + "/{}", one, "{\"storage_mib\":7}");
    check("POST " + workspaces + "/{}", one, "{\"name\":\"Default\"}");
    checkKeys("/drover/keys", "/drover/keys");
    checkKeys(workspaces + "/{}/keys", one + "/keys");
    check("POST " + workspaces + "/{}/archive", one + "/archive", "");
    check("POST " + workspaces + "/{}", one, "{\"name\":\"V\"}");
    check("POST " + workspaces + "/{}/archive", workspaces + "/" + Api.WORKSPACE + "/archive", "");
    var request = api.request("/drover/keys").header("anthropic-workspace-id", "wrkspc_other");
    var mismatch = api.send(request.build());
    assertThat(mismatch.status()).isEqualTo(403);
    check(operation("GET /drover/keys"), mismatch);
  }

  private void checkKeys(String all, String path) throws Exception {
    var made = check("POST " + all, path, "{\"name\":\"K\",\"expires_in_seconds\":60}");
    check("POST " + all, path, "{\"name\":\"K\",\"scopes\":[\"x\"]}");
    var one = path + "/" + made.text("id");
    check("GET " + all, path + "?include_revoked=true");
    check("GET " + all, path + "?limit=x");
    check("GET " + all + "/{}", one);
    check("POST " + all + "/{}/revoke", one + "/revoke", "");
    check("GET " + all + "/{}", path + "/apikey_none");
    check("POST " + all + "/{}/revoke", path + "/apikey_none/revoke", "");
  }

  private void checkWebhooks() throws Exception {
    var all = "/v1/organizations/webhooks";
    var body = "{\"url\":\"https://example.com/\",\"enabled_events\":[\"agent.created\"]}";
    var id = check("POST " + all, all, body).text("id");
    check("POST " + all, all, "{\"url\":\"https://example.com/\",\"enabled_events\":[\"x\"]}");
    check("GET " + all, all + "?limit=1");
    check("GET " + all, all + "?order=x");
    var one = all + "/" + id;
    check("GET " + all + "/{}", one);
    check("POST " + all + "/{}", one, "{\"name\":\"N\"}");
    check("POST " + all + "/{}", one, "{\"state\":\"x\"}");
    var secret = "/regenerate_signing_secret";
    check("POST " + all + "/{}" + secret, one + secret, "");
    check("POST " + all + "/{}" + secret, one + secret, "{\"drover_overlap_seconds\":9}");
    check("POST " + all + "/{}" + secret, one + secret, "{\"drover_overlap_seconds\":-1}");
    api.agent();
    var deliveries = "/drover/webhooks/" + id + "/deliveries";
    var listed = check("GET /drover/webhooks/{}/deliveries", deliveries).items("data");
    check("GET /drover/webhooks/{}/deliveries", deliveries + "?state=x");
    var event = ((Json.Obj) listed.getFirst()).object("event").text("id");
    var resend = "POST /drover/webhooks/{}/deliveries/{}/resend";
    check(resend, deliveries + "/" + event + "/resend", "");
    check(resend, deliveries + "/whe_none/resend", "");
    check("DELETE " + all + "/{}", one);
    check("DELETE " + all + "/{}", one);
    check("GET " + all + "/{}", one);
  }

  /// What every kind of resource answers, after the example of its create request.
  private void checkKind(ResourceSample<?> sample) throws Exception {
    var all = sample.kind().path();
    assertThat(document.faults(document.body(operation("POST " + all)), sample.example() + ""))
        .isEmpty();
    var id = check("POST " + all, all, sample.body("document").toString()).text("id");
    check("POST " + all, all, "{\"surprise\":1}");
    check("GET " + all, all);
    check("GET " + all + "/{}", all + "/" + id);
    check("GET " + all + "/{}", all + "/" + sample.kind().prefix() + "none");
    check("POST " + all + "/{}", all + "/" + id, "{\"metadata\":{\"k\":\"v\"}}");
    check("POST " + all + "/{}", all + "/" + id, "{\"surprise\":1}");
    if (sample.kind().versioned()) {
      check("GET " + all + "/{}/versions", all + "/" + id + "/versions");
    }
    check("POST " + all + "/{}/archive", all + "/" + id + "/archive", "");
    check("POST " + all + "/{}", all + "/" + id, "{\"metadata\":{\"k\":\"w\"}}");
    if (sample.kind().deletable()) {
      check("DELETE " + all + "/{}", all + "/" + id);
      check("DELETE " + all + "/{}", all + "/" + id);
    }
  }

  private void checkCredentials() throws Exception {
    var vault = "/v1/vaults/" + api.post("/v1/vaults", "{\"display_name\":\"V\"}").text("id");
    var all = "/v1/vaults/{}/credentials";
    var credentials = vault + "/credentials";
    var one = credentials + "/" + check("POST " + all, credentials, CREDENTIAL).text("id");
    check("POST " + all, credentials, CREDENTIAL);
    check("POST " + all, credentials, "{}");
    var variable =
        "{\"auth\":{\"type\":\"environment_variable\",\"secret_name\":\"A\",\"secret_value\":\"x\","
            + "\"networking\":{\"type\":\"limited\",\"allowed_hosts\":[\"a.example\"]}}}";
    check("POST " + all, credentials, variable);
    var oauth =
        "{\"auth\":{\"type\":\"mcp_oauth\",\"mcp_server_url\":\"http://127.0.0.1:1/\",\"access_token\":\"x\","
            + "\"refresh\":{\"client_id\":\"a\",\"refresh_token\":\"b\",\"scope\":\"c\","
            + "\"token_endpoint\":\"http://127.0.0.1:1/\",\"token_endpoint_auth\":{\"type\":\"none\"}}}}";
    var tested = credentials + "/" + check("POST " + all, credentials, oauth).text("id");
    check("POST " + all + "/{}/mcp_oauth_validate", tested + "/mcp_oauth_validate", "");
    check("POST " + all + "/{}/mcp_oauth_validate", one + "/mcp_oauth_validate", "");
    check("GET /drover/receipts", "/drover/receipts");
    check("GET " + all, credentials);
    check("GET " + all + "/{}", one);
    check("POST " + all + "/{}", one, "{\"auth\":{\"type\":\"static_bearer\",\"token\":\"y\"}}");
    check("POST " + all + "/{}", one, "{\"auth\":{\"type\":\"mcp_oauth\"}}");
    check("POST " + all + "/{}/archive", one + "/archive", "");
    check("DELETE " + all + "/{}", one);
    check("DELETE " + all + "/{}", one);
  }

  private void checkMemories() throws Exception {
    var store = "/v1/memory_stores/" + api.post("/v1/memory_stores", "{\"name\":\"N\"}").text("id");
    var all = "/v1/memory_stores/{}";
    var memories = store + "/memories";
    var made =
        check("POST " + all + "/memories", memories, "{\"path\":\"/a/b\",\"content\":\"x\"}");
    var one = memories + "/" + made.text("id");
    check("POST " + all + "/memories", memories, "{\"path\":\"/a\",\"content\":\"x\"}");
    check("POST " + all + "/memories", memories, "{\"path\":\"a\",\"content\":\"x\"}");
    check("GET " + all + "/memories", memories + "?view=full");
    check("GET " + all + "/memories", memories + "?depth=1");
    check("GET " + all + "/memories/{}", one);
    check("POST " + all + "/memories/{}", one, "{\"content\":\"y\"}");
    var digest = "0".repeat(64);
    check(
        "POST " + all + "/memories/{}",
        one,
        "{\"precondition\":{\"type\":\"content_sha256\",\"content_sha256\":\"" + digest + "\"}}");
    check("DELETE " + all + "/memories/{}", one + "?expected_content_sha256=" + digest);
    check("DELETE " + all + "/memories/{}", one);
    check("DELETE " + all + "/memories/{}", one);
    var versions = store + "/memory_versions";
    check("GET " + all + "/memory_versions", versions + "?view=full");
    var version = versions + "/" + made.text("memory_version_id");
    check("GET " + all + "/memory_versions/{}", version);
    check("POST " + all + "/memory_versions/{}/redact", version + "/redact", "");
    check("GET " + all + "/memory_versions", versions);
  }

  private static String session(String stream, String thread) {
    return "/v1/sessions/{}" + stream.replace(thread, "{}");
  }

  private Operation operation(String name) {
    return document.operations().stream()
        .filter(operation -> operation.toString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Json.Obj check(String name, String path) throws Exception {
    var request =
        api.request(path).method(name.substring(0, name.indexOf(' ')), BodyPublishers.noBody());
    return check(operation(name), api.send(request.build()));
  }

  private Json.Obj check(String name, String path, String body) throws Exception {
    return check(operation(name), body.isEmpty() ? api.post(path) : api.post(path, body));
  }

  private Json.Obj check(Operation operation, Api.Answer answer) {
    var type = answer.headers().firstValue("content-type").orElse("");
    assertThat(document.faults(operation, answer.status(), type, answer.body().toString()))
        .as("%s: %s", operation, answer.body())
        .isEmpty();
    answered.add(operation);
    return answer.body();
  }

  @Test
  void everyKindOfEventIsListedAndStreamedAsDocumented() throws Exception {
    var session = api.session();
    var thread = new ThreadId(api.get(session + "/threads").data("id").getFirst());
    try (var frames = api.stream(session + "/events/stream?event_deltas%5B%5D=agent.message")) {
      api.say(session, "hello");
      var lease = api.woken();
      var events = new ArrayList<>(events(thread));
      var over = events.removeLast(); // no stream goes beyond it
      assertThat(over).isInstanceOf(Event.StatusTerminated.class);
      var preview = api.id();
      api.process(lease, 1);
      api.feed.publish(
          lease.session(),
          List.of(
              new Feed.Item.PreviewStart("agent.message", preview),
              new Feed.Item.PreviewText("agent.message", preview, 0, "x")));
      api.emit(lease, events.toArray(Event[]::new));
      api.rest(lease);
      api.delete(session);
      var item = Json.obj("$ref", "#/components/schemas/StreamItem");
      var types = new HashSet<String>();
      for (var frame = frames.poll(); frame != null; frame = frames.poll()) {
        types.add(frame.event());
        assertThat(document.faults(item, frame.data().toString())).as("%s", frame.data()).isEmpty();
      }
      assertThat(types).contains("event_start", "event_delta", "session.deleted", "session.error");
    }
  }

  @Test
  void everyRecordOfAnEventIsInTheDocument() {
    var event = Json.obj("$ref", "#/components/schemas/Event");
    var mapping = document.resolve(event).object("discriminator").object("mapping");
    var sample = new TreeSet<String>();
    for (var one : events(new ThreadId("sthr_1"))) {
      var type = EventCodec.type(one);
      assertThat(mapping.get(type)).as(type).isPresent();
      sample.add(one.getClass().getSimpleName());
    }
    records(Event.class)
        .filter(record -> !Event.FromClient.class.isAssignableFrom(record))
        .filter(record -> !Event.Private.class.isAssignableFrom(record))
        .map(Class::getSimpleName)
        .filter(name -> !Set.of("Unknown", "Deleted").contains(name))
        .forEach(name -> assertThat(sample).contains(name));
  }

  private static Stream<Class<?>> records(Class<?> event) {
    return event.isRecord()
        ? Stream.of(event)
        : Arrays.stream(event.getPermittedSubclasses()).flatMap(OpenApiTest::records);
  }

  /// One of each that a brain writes for all to see.
  private List<Event> events(ThreadId thread) {
    var text = Json.arr(Json.obj("type", "text", "text", "x"));
    var use = api.id();
    var look = api.id();
    var start = api.id();
    var refusal =
        new StopReason.Refusal(Json.obj("type", "refusal", "category", null, "explanation", null));
    return List.of(
        new Event.StatusRunning(api.id()),
        new Event.ThreadRunning(api.id(), thread, "A"),
        new Event.ModelRequestStart(start),
        new Event.AgentThinking(api.id()),
        new Event.AgentMessage(api.id(), text),
        new Event.AgentToolUse(use, "bash", Json.obj("command", "ls"), Event.Permission.ALLOWED),
        new Event.AgentToolUse(api.id(), "odd", Json.EMPTY, Event.Permission.NOT_ENABLED),
        new Event.ModelRequestEnd(api.id(), start, false, new ModelUsage(1, 2, 3, 4)),
        new Event.AgentToolResult(api.id(), use, text, true),
        new Event.AgentMcpToolUse(look, "wiki", "look", Json.EMPTY, Event.Permission.ALLOWED),
        new Event.AgentMcpToolResult(api.id(), look, text, false),
        new Event.Failed(
            api.id(),
            new SessionError(
                SessionError.Type.MCP_CONNECTION_FAILED,
                "m",
                SessionError.Retry.EXHAUSTED,
                "wiki")),
        new Event.Failed(
            api.id(),
            new SessionError(
                SessionError.Type.CREDENTIAL_HOST_UNREACHABLE,
                "m",
                SessionError.Retry.EXHAUSTED,
                null,
                new SessionError.CredentialOf("vcrd_1", "vlt_1"))),
        new Event.Failed(
            api.id(),
            new SessionError(SessionError.Type.MODEL_OVERLOADED, "m", SessionError.Retry.RETRYING)),
        new Event.ThreadRescheduled(api.id(), thread, "A"),
        new Event.StatusRescheduled(api.id()),
        new Event.ThreadIdle(api.id(), thread, "A", new StopReason.EndTurn()),
        new Event.AgentToolUse(api.id(), "bash", Json.EMPTY, Event.Permission.ASKED),
        new Event.AgentToolUse(api.id(), "bash", Json.EMPTY, Event.Permission.UNDECIDED),
        new Event.AgentCustomToolUse(api.id(), "lookup", Json.EMPTY),
        new Event.ContextCompacted(api.id()),
        new Event.UsageReported(api.id(), Usage.NONE, Optional.empty(), Optional.empty()),
        new Event.UsageReported(
            api.id(), Usage.NONE, Optional.of(new Money(0)), Optional.of(new Money(250))),
        new Event.SessionUpdated(api.id(), Json.obj("title", null, "budget", null)),
        new Event.StatusIdle(api.id(), new StopReason.BudgetReached()),
        new Event.StatusIdle(
            api.id(), new StopReason.RequiresAction(List.of(new EventId(use.value())))),
        new Event.StatusIdle(api.id(), new StopReason.RetriesExhausted()),
        new Event.StatusIdle(api.id(), refusal),
        new Event.ThreadTerminated(api.id(), thread, "A"),
        new Event.StatusTerminated(api.id()));
  }
}
