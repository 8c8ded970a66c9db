package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.cli.Check;
import dev.drover.testing.DroverClient;
import dev.drover.testing.McpHost;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The operator's policy in a whole server: what it refuses to save, and what it caps at run.
@Timeout(120)
@Tag("sandbox")
@Tag("database")
final class PolicyEnforcedTest {
  @TempDir Path data;
  private final ScriptedMessages model = ScriptedMessages.start();

  @AfterEach
  void stop() {
    model.close();
  }

  private void policy(String yaml) throws Exception {
    Files.writeString(data.resolve("policy.yaml"), yaml);
  }

  private Drover start() throws InterruptedException {
    var flags =
        Map.of(
            "data", data.toString(),
            "port", "0",
            "api_key", "sk-test-key",
            "anthropic.base_url", model.uri().toString(),
            "anthropic.api_key", "sk-model",
            "network.private", "[127.0.0.1]",
            "drain_ms", "0");
    return new Drover(Config.read(flags, Map.of()));
  }

  private static Json.Obj agent(Json... tools) {
    return Json.obj("name", "A", "model", "scripted", "tools", List.of(tools));
  }

  private static Json.Obj toolset(Json... configs) {
    return Json.obj("type", "agent_toolset_20260401", "configs", List.of(configs));
  }

  private static Json.Obj config(String tool, String policy) {
    return Json.obj("name", tool, "permission_policy", Json.obj("type", policy));
  }

  private static void refused(NodeHere node, String path, Json body, String field, String rule)
      throws Exception {
    var answer = node.post(path, body, 0);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    var error = ((Json.Obj) Json.trusted(answer.body())).object("error");
    assertThat(error.text("type")).isEqualTo("invalid_request_error");
    assertThat(error.object("details").text("error_code")).isEqualTo("operator_policy");
    assertThat(error.text("message"))
        .startsWith(field + ": ")
        .contains("(policy rule " + rule + ")");
  }

  @Test
  void whatThePolicyDoesNotAllowIsNotSaved() throws Exception {
    policy(
        """
        networking: {max: limited, hosts: ["*.corp.example"]}
        mcp: {hosts: [mcp.corp.example], https_only: true}
        tools: {ask: [bash], deny: [web_fetch]}
        models: [scripted]
        credentials: {kinds: [static_bearer]}
        """);
    try (var drover = start();
        var node = NodeHere.at(drover.url())) {
      var client = node.client();
      var asking = toolset(config("bash", "always_ask"));
      var agent = "/v1/agents/" + client.post("/v1/agents", agent(asking)).text("id");
      refused(node, "/v1/agents", agent(toolset()), "tools.0", "tools.ask.0");
      refused(node, agent, Json.obj("model", "rehearsal"), "model", "models");
      var fetch = toolset(config("web_fetch", "always_ask"), config("bash", "always_ask"));
      refused(node, agent, agent(fetch), "tools.0.configs.0", "tools.deny.0");
      var server = Json.obj("type", "url", "name", "w", "url", "https://w.example/mcp");
      var wiki = Json.obj("type", "mcp_toolset", "mcp_server_name", "w");
      refused(
          node,
          "/v1/agents",
          agent(wiki).with("mcp_servers", Json.arr(server)),
          "mcp_servers.0.url",
          "mcp.hosts");
      refused(
          node,
          "/v1/environments",
          Json.obj("name", "E"),
          "config.networking.type",
          "networking.max");
      var limited = Json.obj("type", "limited", "allowed_hosts", List.of("a.corp.example"));
      var environment =
          client.post("/v1/environments", Json.obj("name", "E", "config", cloud(limited)));
      refused(
          node,
          "/v1/environments/" + environment.text("id"),
          Json.obj(
              "config", cloud(Json.obj("type", "limited", "allowed_hosts", List.of("a.example")))),
          "config.networking.allowed_hosts.0",
          "networking.hosts");
      var id = agent.substring("/v1/agents/".length());
      var with = Json.obj("type", "agent_with_overrides", "id", id, "tools", List.of(toolset()));
      refused(
          node,
          "/v1/sessions",
          Json.obj("agent", with, "environment_id", environment.text("id")),
          "agent.tools.0",
          "tools.ask.0");
      var session =
          client.post(
              "/v1/sessions", Json.obj("agent", id, "environment_id", environment.text("id")));
      refused(
          node,
          "/v1/sessions/" + session.text("id"),
          Json.obj("agent", Json.obj("tools", List.of(toolset()))),
          "agent.tools.0",
          "tools.ask.0");
      var vault = client.post("/v1/vaults", Json.obj("display_name", "V")).text("id");
      var credentials = "/v1/vaults/" + vault + "/credentials";
      var bearer =
          Json.obj(
              "type", "static_bearer", "mcp_server_url", "https://o.example/", "token", "canary");
      refused(node, credentials, Json.obj("auth", bearer), "auth.mcp_server_url", "mcp.hosts");
      var variable =
          Json.obj("type", "environment_variable", "secret_name", "K", "secret_value", "canary");
      refused(
          node,
          credentials,
          Json.obj("auth", variable.with("networking", Json.obj("type", "unrestricted"))),
          "auth.type",
          "credentials.kinds");
      assertThat(client.get("/v1/models").toString()).doesNotContain("rehearsal");
    }
  }

  private static Json cloud(Json networking) {
    return Json.obj("type", "cloud", "networking", networking);
  }

  @Test
  void aStricterPolicyCapsWhatWasSavedBefore() throws Exception {
    try (var wiki = new McpHost();
        var drover = start();
        var node = NodeHere.at(drover.url())) {
      var client = node.client();
      var session = session(client, wiki);
      policy("tools: {ask: [glob], deny: [bash]}\nmcp: {https_only: true}\n");
      drover.reloadPolicy();
      model.script(
          Script.reply()
              .toolUse("bash", Json.obj("command", "echo ran"))
              .toolUse("glob", Json.obj("pattern", "*")));
      client.say(session, "Hi");
      awaitIdle(node, session, 1);
      assertThat(client.types(session)).doesNotContain("agent.mcp_tool_use");
      assertThat(client.events(session).toString())
          .contains(
              "Permission to use bash has been denied. The cause is that the operator's policy"
                  + " denies the tool bash (policy rule tools.deny.0).",
              "\"evaluated_permission\":\"deny\"",
              "\"evaluated_permission\":\"ask\"",
              "requires_action",
              "the operator's policy allows MCP servers over https only (policy rule"
                  + " mcp.https_only)");
      assertThat(wiki.seen()).isEmpty();
      assertThat(model.request(1).body().get("tools").orElseThrow().toString())
          .contains("\"glob\"")
          .doesNotContain("\"bash\"", "mcp__");

      policy("tools: {deny: [bash, glob]}\n");
      drover.reloadPolicy();
      var glob =
          client.events(session).stream()
              .filter(event -> "glob".equals(event.text("name")))
              .findFirst()
              .orElseThrow();
      model.says("Done.");
      client.send(
          session,
          Json.obj(
              "type", "user.tool_confirmation", "tool_use_id", glob.text("id"), "result", "allow"));
      awaitIdle(node, session, 2);
      assertThat(client.events(session).toString())
          .contains("denies the tool glob (policy rule tools.deny.1).");

      policy("models: [other]\n");
      drover.reloadPolicy();
      client.say(session, "More");
      awaitIdle(node, session, 3);
      assertThat(client.events(session).toString())
          .contains("the operator's policy does not allow the model scripted (policy rule models)");
      assertThat(model.requests()).hasSize(2);
      var hash = client.get("/drover/nodes").object("policy").text("hash");
      policy("model: [other]\n");
      drover.reloadPolicy();
      assertThat(client.get("/drover/policy").text("hash")).isEqualTo(hash).hasSize(64);
    }
  }

  private static void awaitIdle(NodeHere node, String session, int times) {
    await().until(() -> node.count(session, "session.status_idle") == times);
  }

  /// A session that may do everything.
  private static String session(DroverClient client, McpHost wiki) {
    var server = Json.obj("type", "url", "name", "wiki", "url", wiki.url().toString());
    var tools =
        Json.obj(
            "type",
            "mcp_toolset",
            "mcp_server_name",
            "wiki",
            "default_config",
            Json.obj("permission_policy", Json.obj("type", "always_allow")));
    var agent =
        client.post("/v1/agents", agent(toolset(), tools).with("mcp_servers", Json.arr(server)));
    var environment = client.post("/v1/environments", Json.obj("name", "E"));
    return String.valueOf(
        client
            .post(
                "/v1/sessions",
                Json.obj("agent", agent.text("id"), "environment_id", environment.text("id")))
            .text("id"));
  }

  @Test
  void aSignalMakesARunningServerReadThePolicyAgain() throws Exception {
    var log = data.resolve("log").toFile();
    policy("models: [rehearsal]\n");
    var file = Map.of("DROVER_POLICY_FILE", data.resolve("policy.yaml").toString());
    try (var server = ServerProcess.reloadable(data.resolve("data"), log, file);
        var client = server.client()) {
      var before = client.get("/drover/policy").text("hash");
      policy("models: [other]\n");
      server.hangUp();
      await().until(() -> !Objects.equals(before, client.get("/drover/policy").text("hash")));
      assertThat(client.get("/v1/models").items("data")).isEmpty();
    }
    assertThat(log).content().contains("operator's policy", "policy read again");
  }

  @Test
  void noServerStartsWithAPolicyThatIsNotValidAndTheDoctorSaysWhy() throws Exception {
    policy("networking:\n  maximum: none\n");
    assertThatThrownBy(this::start)
        .isInstanceOf(Problem.class)
        .hasMessageContaining("networking.maximum: unknown field")
        .hasMessageContaining("policy.yaml, line 2)");
    assertThat(doctor().ok()).isFalse();
    assertThat(doctor().detail()).contains("networking.maximum: unknown field");
    policy("networking: {max: none}\n");
    assertThat(doctor().ok()).isTrue();
    assertThat(doctor().detail())
        .contains(data.resolve("policy.yaml").toString(), "SHA-256 ", "'drover policy lint' has");
  }

  private Check doctor() {
    return new Doctor(Map.of("HOME", data.toString()))
        .look(Map.of("data", data.toString())).stream()
            .filter(check -> check.name().equals("policy"))
            .findFirst()
            .orElseThrow();
  }
}
