package dev.drover.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.Agent;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Definition;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Environment.Networking;
import dev.drover.catalog.McpServer;
import dev.drover.catalog.McpToolset;
import dev.drover.catalog.ModelConfig;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.Toolset.Policy;
import dev.drover.catalog.Toolset.Setting;
import dev.drover.catalog.Toolset.ToolSetting;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients may save under a policy.
final class SaveRulesTest {
  private static final Setting ALLOW = new Setting(true, Policy.ALWAYS_ALLOW);
  private static final Setting ASK = new Setting(true, Policy.ALWAYS_ASK);
  private static final Setting OFF = new Setting(false, Policy.ALWAYS_ALLOW);
  private static final McpServer WIKI =
      new McpServer("wiki", URI.create("https://wiki.corp.example/mcp"));

  @TempDir private Path directory;

  private SaveRules rules(String yaml) throws Exception {
    return new SaveRules(
        PolicyFile.read(Files.writeString(directory.resolve("policy.yaml"), yaml)).policy());
  }

  private static Agent agent(List<McpServer> servers, Tool... tools) {
    var model = new ModelConfig("claude-test", Optional.empty(), "standard");
    return new Agent(
        new Definition("A", null, model, null, List.of(tools), servers, List.of(), Json.EMPTY),
        Map.of());
  }

  private static Environment environment(Networking networking) {
    return new Environment("E", null, networking, Map.of());
  }

  private static Environment limited(boolean packages, String... hosts) {
    return environment(new Networking.Limited(List.of(hosts), true, packages));
  }

  private static void refused(Runnable save, String field, String rule) {
    try {
      save.run();
    } catch (Problem e) {
      assertThat(e.code()).contains("operator_policy");
      assertThat(e.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
      assertThat(e.getMessage())
          .startsWith(field + ": the operator's policy ")
          .contains("(policy rule " + rule + ")");
      return;
    }
    throw new AssertionError("not refused: " + field);
  }

  private static void saved(Runnable save) {
    assertThatCode(save::run).doesNotThrowAnyException();
  }

  @Test
  void aToolThatMustAskIsSavedOnlyAsOneThatAsks() throws Exception {
    var rules = rules("tools: {ask: [bash, \"web_*\"]}");
    var open = new Toolset(ALLOW, List.of());
    refused(() -> rules.check(agent(List.of(), open)), "tools.0", "tools.ask.0");
    var bash = new Toolset(ALLOW, List.of(new ToolSetting("bash", ASK)));
    refused(() -> rules.check(agent(List.of(), bash)), "tools.0", "tools.ask.1");
    var auto = new Toolset(OFF, List.of(new ToolSetting("bash", new Setting(true, Policy.AUTO))));
    refused(() -> rules.check(agent(List.of(), auto)), "tools.0.configs.0", "tools.ask.0");
    saved(() -> rules.check(agent(List.of(), new Toolset(ASK, List.of()))));
    saved(() -> rules.check(agent(List.of(), new Toolset(OFF, List.of()))));
    var off = new ToolSetting("bash", OFF);
    var rest = List.of(off, new ToolSetting("web_fetch", OFF), new ToolSetting("web_search", ASK));
    saved(() -> rules.check(agent(List.of(), new Toolset(ALLOW, rest))));
    saved(() -> rules.check(agent(List.of(), new CustomTool("bash2", "Mine.", Json.EMPTY))));
  }

  @Test
  void aDeniedToolIsNotNamedButAToolsetMayEnableAllOthers() throws Exception {
    var rules = rules("tools: {deny: [web_search], ask: [web_search]}");
    saved(() -> rules.check(agent(List.of(), new Toolset(ALLOW, List.of()))));
    var off = new Toolset(ALLOW, List.of(new ToolSetting("web_search", OFF)));
    saved(() -> rules.check(agent(List.of(), off)));
    var on = new Toolset(OFF, List.of(new ToolSetting("web_search", ASK)));
    refused(() -> rules.check(agent(List.of(), on)), "tools.0.configs.0", "tools.deny.0");
  }

  @Test
  void toolsOfMcpServersHaveTheNamesOfServerAndTool() throws Exception {
    var all = rules("tools: {ask: [\"mcp__wiki__*\"]}");
    var allow = new McpToolset("wiki", ALLOW, List.of());
    refused(
        () -> all.check(agent(List.of(WIKI), allow)),
        "tools.0.default_config.permission_policy",
        "tools.ask.0");
    saved(() -> all.check(agent(List.of(WIKI), new McpToolset("wiki", ASK, List.of()))));
    saved(() -> all.check(agent(List.of(), new McpToolset("wiki2", ALLOW, List.of()))));
    var some = rules("tools: {ask: [\"mcp__*__delete_*\"], deny: [\"mcp__*__drop\"]}");
    saved(() -> some.check(agent(List.of(WIKI), allow)));
    var delete = new McpToolset("wiki", ALLOW, List.of(new ToolSetting("delete_page", ALLOW)));
    refused(() -> some.check(agent(List.of(WIKI), delete)), "tools.0.configs.0", "tools.ask.0");
    var drop = new McpToolset("wiki", ALLOW, List.of(new ToolSetting("drop", ASK)));
    refused(() -> some.check(agent(List.of(WIKI), drop)), "tools.0.configs.0", "tools.deny.0");
    var none = rules("tools: {deny: [\"mcp__*\"]}");
    refused(
        () -> none.check(agent(List.of(WIKI), allow)),
        "tools.0.default_config.enabled",
        "tools.deny.0");
    saved(() -> none.check(agent(List.of(WIKI), new McpToolset("wiki", OFF, List.of()))));
  }

  @Test
  void modelsAndServers() throws Exception {
    var models = rules("models: [local/*]");
    refused(() -> models.check(agent(List.of())), "model", "models");
    refused(() -> models.checkSession(agent(List.of()).definition()), "agent.model", "models");
    var mcp = rules("mcp: {hosts: [\"*.corp.example\"], https_only: true}");
    saved(() -> mcp.check(agent(List.of(WIKI))));
    for (var url : List.of("https://corp.example/", "https://wiki.corp.example.evil.example/")) {
      var other = new McpServer("other", URI.create(url));
      refused(() -> mcp.check(agent(List.of(WIKI, other))), "mcp_servers.1.url", "mcp.hosts");
    }
    var plain = new McpServer("plain", URI.create("http://wiki.corp.example/"));
    refused(() -> mcp.check(agent(List.of(plain))), "mcp_servers.0.url", "mcp.https_only");
  }

  @Test
  void environments() throws Exception {
    var open = environment(new Networking.Unrestricted());
    var models = rules("models: []");
    saved(() -> models.check(open));
    var limited = rules("networking: {max: limited}");
    refused(() -> limited.check(open), "config.networking.type", "networking.max");
    saved(() -> limited.check(limited(true, "any.example")));
    var hosts = rules("networking: {hosts: [\"*.corp.example\", one.example]}");
    refused(() -> hosts.check(open), "config.networking.type", "networking.hosts");
    saved(() -> hosts.check(limited(false, "A.corp.example", "*.b.corp.example", "one.example")));
    for (var host : List.of("corp.example", "*.example", "*.one.example", "two.example")) {
      refused(
          () -> hosts.check(limited(false, "one.example", host)),
          "config.networking.allowed_hosts.1",
          "networking.hosts");
    }
    var packages = "config.networking.allow_package_managers";
    refused(() -> hosts.check(limited(true)), packages, "networking.hosts");
    var both = rules("networking: {hosts: []}\npackages: {managers: [pip]}");
    saved(() -> both.check(limited(true)));
    var closed = rules("networking: {max: none}\npackages: {managers: [pip]}");
    refused(
        () -> closed.check(limited(false, "a.example")),
        "config.networking.allowed_hosts.0",
        "networking.max");
    refused(() -> closed.check(limited(true)), packages, "networking.max");
    saved(() -> closed.check(limited(false)));
    var managers = rules("packages: {managers: []}");
    refused(() -> managers.check(limited(true)), packages, "packages.managers");
  }

  @Test
  void credentials() throws Exception {
    var rules = rules("credentials: {kinds: [mcp_oauth]}\nmcp: {https_only: true}");
    saved(() -> rules.checkCredential("mcp_oauth", Optional.of("https://a.example/")));
    refused(
        () -> rules.checkCredential("static_bearer", Optional.of("https://a.example/")),
        "auth.type",
        "credentials.kinds");
    refused(
        () -> rules.checkCredential("environment_variable", Optional.empty()),
        "auth.type",
        "credentials.kinds");
    refused(
        () -> rules.checkCredential("mcp_oauth", Optional.of("http://a.example/")),
        "auth.mcp_server_url",
        "mcp.https_only");
  }
}
