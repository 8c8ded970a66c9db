package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.Config;
import dev.drover.base.Json;
import dev.drover.settings.SettingValue;
import dev.drover.testing.Deployment;
import dev.drover.testing.DroverClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover policy`: with a file, and with a server.
@Timeout(60)
@Tag("sandbox")
@Tag("database")
final class PolicyVerbsTest {
  private final TestShell shell = new TestShell();
  @TempDir private Path directory;

  /// Only the settings of the machine are asked for.
  private final ServerFactory machine =
      new ServerFactory() {
        @Override
        public Endpoint serve(Map<String, String> flags) {
          throw new IllegalStateException("nothing is served");
        }

        @Override
        public Endpoint embed(Map<String, String> flags) {
          throw new IllegalStateException("nothing is served");
        }

        @Override
        public LocalServer local(Map<String, String> flags) {
          throw new IllegalStateException("variables name the server");
        }

        @Override
        public List<SettingValue> settings(Map<String, String> flags) {
          return Config.settings(flags, Map.of("HOME", directory.toString()));
        }
      };

  private int run(String... args) {
    shell.out.reset();
    shell.err.reset();
    return shell.run(machine, args);
  }

  private Path policy(String yaml) throws Exception {
    return Files.writeString(directory.resolve("policy.yaml"), yaml);
  }

  @Test
  void lintPrintsFindingsWithTheirLinesAndFailsForErrorsAndWarnings() throws Exception {
    var file =
        policy("networking:\n  max: limited\nmcp:\n  https_only: true\n  hosts: [\"*.com\"]\n");
    assertThat(run("policy", "lint", file.toString())).isEqualTo(1);
    assertThat(shell.out())
        .isEqualTo(
            """
            FILE:5: error: mcp.hosts.0: *.com has every host that any person registers below this domain [public-suffix]
            FILE: errors 1, warnings 0, notes 0
            """
                .replace("FILE", file.toString()));
    assertThat(run("policy", "lint", file.toString(), "--ignore", "public-suffix")).isZero();
    assertThat(run("policy", "lint", file.toString(), "--ignore", "nothing")).isEqualTo(2);
    assertThat(shell.err()).contains("the checks are empty-policy, unlimited-hosts,");
    assertThat(run("policy", "lint", "--json", "--data", directory.toString())).isEqualTo(1);
    var lines = shell.out().lines().map(line -> (Json.Obj) Json.trusted(line)).toList();
    assertThat(lines.getFirst().text("check")).isEqualTo("public-suffix");
    assertThat(lines.getFirst().number("line", 0)).isEqualTo(5);
    assertThat(lines.getLast().number("errors", 0)).isEqualTo(1);
  }

  @Test
  void aPolicyThatIsMissingOrNotValidIsNotChecked() throws Exception {
    assertThat(run("policy", "lint", "--data", directory.toString())).isEqualTo(2);
    assertThat(shell.err()).contains("policy.yaml does not exist");
    var file = policy("tools:\n  deny: [bsh]\n");
    assertThat(run("policy", "lint", file.toString())).isEqualTo(2);
    assertThat(shell.err()).contains("tools.deny: item 1 must be a built-in tool", "line 2)");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void explainSaysWhatHoldsAndWhichRuleDecides() throws Exception {
    policy(
        """
        networking: {hosts: [api.example, "*.corp.example"], ports: [443]}
        tools: {ask: [bash], deny: [web_search, "mcp__*__drop"]}
        """);
    try (var server = Deployment.SQLITE.start(directory, Map.of());
        var client = new DroverClient(server.url(), server.key().reveal())) {
      shell.variables.put("DROVER_URL", server.url().toString());
      shell.variables.put("DROVER_API_KEY", server.key().reveal());
      var session = session(client);
      explains("allowed", "environment: allowed_hosts", "--host", "api.example", session);
      explains("denied", "environment: host", "--host", "b.corp.example", session);
      explains("denied", "environment: port", "--host", "api.example:8443", session);
      explains("denied", "policy: networking.ports", "--host", "api.example:80", session);
      explains("denied", "policy: networking.hosts", "--host", "evil.example", "");
      explains("denied", "policy: networking.hosts", "--host", "[2a00::1]:443", "");
      explains("allowed", "policy", "--host", "b.corp.example", "");
      explains("asks", "policy: tools.ask.0", "--tool", "bash", session);
      explains("denied", "policy: tools.deny.0", "--tool", "web_search", session);
      explains("denied", "agent: enabled", "--tool", "grep", session);
      explains("allowed", "agent: always_allow", "--tool", "read", session);
      explains("denied", "agent: mcp_servers", "--tool", "mcp__wiki__look", session);
      explains("denied", "policy: tools.deny.1", "--tool", "mcp__wiki__drop", "");
      explains("allowed", "policy", "--tool", "glob", "");
      assertThat(run("policy", "explain", "--host", "127.1")).isEqualTo(1);
      assertThat(shell.err()).contains("host: the host is a number");
      assertThat(run("policy", "explain", "--tool", "mine")).isEqualTo(1);
      assertThat(run("policy", "explain")).isEqualTo(2);
      assertThat(run("policy", "show", "--json")).isZero();
      var shown = (Json.Obj) Json.trusted(shell.out().strip());
      assertThat(shown.text("hash")).hasSize(64);
      assertThat(shown.object("content").object("tools").items("ask"))
          .containsExactly(Json.of("bash"));
    }
  }

  @Test
  void aRunAsksForNoMoreThanThePolicyAllows() throws Exception {
    policy("networking: {max: limited}\ntools: {ask: [bash]}\n");
    try (var server = Deployment.SQLITE.start(directory, Map.of());
        var client = new DroverClient(server.url(), server.key().reveal())) {
      var host =
          new ServerFactory() {
            @Override
            public Endpoint serve(Map<String, String> flags) {
              return new Endpoint(server.url(), server.key(), () -> {}, () -> {});
            }

            @Override
            public Endpoint embed(Map<String, String> flags) {
              return serve(flags);
            }

            @Override
            public LocalServer local(Map<String, String> flags) {
              return machine.local(flags);
            }

            @Override
            public List<SettingValue> settings(Map<String, String> flags) {
              return machine.settings(flags);
            }
          };
      assertThat(shell.run(host, "run", "--model", "rehearsal", "$ true")).isEqualTo(1);
      assertThat(shell.err()).contains("waiting for input: permission for bash true");
      assertThat(client.get("/v1/agents").toString()).contains("always_ask");
      assertThat(client.get("/v1/environments").toString()).contains("\"limited\"");
    }
  }

  private static String session(DroverClient client) {
    var networking =
        Json.obj("type", "limited", "allowed_hosts", List.of("api.example", "a.corp.example"));
    var environment =
        client.post(
            "/v1/environments",
            Json.obj("name", "E", "config", Json.obj("type", "cloud", "networking", networking)));
    var ask = Json.obj("type", "always_ask");
    var configs =
        List.of(
            Json.obj("name", "bash", "permission_policy", ask),
            Json.obj("name", "grep", "enabled", false));
    var agent =
        client.post(
            "/v1/agents",
            Json.obj(
                "name",
                "A",
                "model",
                "rehearsal",
                "tools",
                List.of(Json.obj("type", "agent_toolset_20260401", "configs", configs))));
    var session = Json.obj("agent", agent.text("id"), "environment_id", environment.text("id"));
    return String.valueOf(client.post("/v1/sessions", session).text("id"));
  }

  private void explains(String verdict, String rule, String what, String value, String session) {
    assertThat(
            session.isEmpty()
                ? run("policy", "explain", what, value)
                : run("policy", "explain", what, value, "--session", session))
        .as(shell.err())
        .isZero();
    assertThat(shell.out()).startsWith(verdict + ": ").endsWith(" [" + rule + "]\n");
  }
}
