package dev.drover;

import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.ResourceSample;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// One thing of every kind in a workspace. All workspaces have the same names and contents.
///
/// @param ids by the names that the OpenAPI document has for them in paths
record TenantWorld(TenantClient client, Map<String, String> ids) {
  static final String TEXT = "the same in all workspaces";

  private static final String HOOKS = "/v1/organizations/webhooks";

  String id(String name) {
    return Objects.requireNonNull(ids.get(name), () -> "no id for " + name);
  }

  /// @param hook the URL of a webhook endpoint that accepts everything
  static TenantWorld make(TenantClient client, String workspace, URI hook) throws Exception {
    var ids = new LinkedHashMap<String, String>();
    ids.put("workspace_id", workspace);
    var events = List.of("agent.created", "session.created", "session.status_idled");
    ids.put(
        "webhook_endpoint_id",
        client.made(HOOKS, Json.obj("url", hook.toString(), "enabled_events", events)));
    for (var sample : ResourceSample.all().toList()) {
      ids.put(
          sample.kind().type() + "_id", client.made(sample.kind().path(), sample.body("tenant")));
    }
    ids.put("file_id", client.made("/v1/files", TenantClient.Body.form("file", "a.txt", TEXT)));
    skills(client, ids);
    secrets(client, ids);
    memories(client, ids);
    session(client, ids);
    var key = Json.obj("name", "one", "scopes", List.of("files:read"));
    ids.put("key_id", client.made("/drover/keys", key));
    deliveries(client, ids);
    return new TenantWorld(client, Map.copyOf(ids));
  }

  private static void skills(TenantClient client, Map<String, String> ids) throws Exception {
    var skill = client.ok("POST", "/v1/skills", TenantClient.Body.skill("demo"));
    ids.put("skill_id", String.valueOf(skill.text("id")));
    ids.put("version", String.valueOf(skill.text("latest_version_id")));
    client.ok("POST", "/drover/skills/xlsx", TenantClient.Body.skill("xlsx"));
    ids.put("skill_name", "xlsx");
  }

  private static void secrets(TenantClient client, Map<String, String> ids) throws Exception {
    var auth =
        Json.obj(
            "type", "static_bearer", "mcp_server_url", "https://mcp.example/", "token", "canary");
    ids.put(
        "credential_id",
        client.made("/v1/vaults/" + ids.get("vault_id") + "/credentials", Json.obj("auth", auth)));
  }

  private static void memories(TenantClient client, Map<String, String> ids) throws Exception {
    var memory =
        client.ok(
            "POST",
            "/v1/memory_stores/" + ids.get("memory_store_id") + "/memories",
            TenantClient.Body.json(Json.obj("path", "/a", "content", TEXT)));
    ids.put("memory_id", String.valueOf(memory.text("id")));
    ids.put("memory_version_id", String.valueOf(memory.text("memory_version_id")));
  }

  private static void session(TenantClient client, Map<String, String> ids) throws Exception {
    var agent =
        Json.obj(
            "name",
            "Worker",
            "model",
            "rehearsal",
            "tools",
            List.of(Json.obj("type", "agent_toolset_20260401")),
            "skills",
            List.of(Json.obj("type", "custom", "skill_id", ids.get("skill_id"))));
    var session =
        client.made(
            "/v1/sessions",
            Json.obj(
                "agent",
                client.made("/v1/agents", agent),
                "environment_id",
                ids.get("environment_id"),
                "vault_ids",
                List.of(Objects.requireNonNull(ids.get("vault_id"))),
                "resources",
                List.of(
                    Json.obj("type", "file", "file_id", ids.get("file_id")),
                    Json.obj(
                        "type", "memory_store", "memory_store_id", ids.get("memory_store_id")))));
    ids.put("session_id", session);
    var path = "/v1/sessions/" + session;
    ids.put("thread_id", first(client, path + "/threads"));
    ids.put("resource_id", first(client, path + "/resources"));
    client.ok("POST", path + "/events", TenantClient.Body.json(message()));
    rest(client, session);
  }

  private static void rest(TenantClient client, String session) {
    var path = "/v1/sessions/" + session;
    await()
        .until(
            () ->
                client.get(path + "/events").json().items("data").stream()
                        .allMatch(event -> ((Json.Obj) event).text("processed_at") != null)
                    && "idle".equals(client.get(path).json().text("status")));
  }

  /// Waits until the session rests.
  void rest() {
    rest(client, id("session_id"));
  }

  /// The types of a session's events, in order.
  static String types(TenantClient client, String session) throws Exception {
    return client.ok("GET", session + "/events", TenantClient.Body.NONE).items("data").stream()
        .map(event -> String.valueOf(((Json.Obj) event).text("type")))
        .collect(Collectors.joining(" "));
  }

  static Json.Obj message() {
    var text = Json.obj("type", "text", "text", "Hi");
    return Json.obj("events", List.of(Json.obj("type", "user.message", "content", List.of(text))));
  }

  private static String first(TenantClient client, String list) throws Exception {
    var items = client.ok("GET", list, TenantClient.Body.NONE).items("data");
    return String.valueOf(((Json.Obj) items.getFirst()).text("id"));
  }

  private static void deliveries(TenantClient client, Map<String, String> ids) throws Exception {
    var all = delivered(client, String.valueOf(ids.get("webhook_endpoint_id")));
    ids.put("webhook_event_id", String.valueOf(all.getFirst().object("event").text("id")));
  }

  /// The webhook events of an endpoint, when all of them are delivered.
  private static List<Json.Obj> delivered(TenantClient client, String endpoint) {
    return await()
        .until(
            () ->
                client
                    .get("/drover/webhooks/" + endpoint + "/deliveries?limit=100")
                    .json()
                    .items("data")
                    .stream()
                    .map(Json.Obj.class::cast)
                    .toList(),
            all -> all.stream().allMatch(one -> "delivered".equals(one.text("state"))));
  }

  /// Waits until nothing changes any more by itself.
  void settle() {
    delivered(client, id("webhook_endpoint_id"));
  }
}
