package dev.drover.sdk;

import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.RUNNING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAlwaysAllowPolicy;
import com.anthropic.models.beta.agents.BetaManagedAgentsMcpToolsetDefaultConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsMcpToolsetParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.agents.BetaManagedAgentsUrlMcpServerParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import dev.drover.base.Json;
import dev.drover.testing.ClosedPort;
import dev.drover.testing.McpHost;
import dev.drover.testing.Script;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The tools of MCP servers.
abstract class McpCases {
  private final Rig rig;

  McpCases(Rig rig) {
    this.rig = rig;
  }

  private static AgentCreateParams.Builder agent(
      String url, BetaManagedAgentsMcpToolsetParams its) {
    return AgentCreateParams.builder()
        .name("Reader")
        .model(BetaManagedAgentsModel.of(Rig.MODEL))
        .addMcpServer(
            BetaManagedAgentsUrlMcpServerParams.builder()
                .name("wiki")
                .type(JsonValue.from("url"))
                .url(url)
                .build())
        .addTool(its);
  }

  private static BetaManagedAgentsMcpToolsetParams.Builder toolset() {
    return BetaManagedAgentsMcpToolsetParams.builder()
        .type(JsonValue.from("mcp_toolset"))
        .mcpServerName("wiki");
  }

  private static BetaManagedAgentsMcpToolsetParams allowed() {
    return toolset()
        .defaultConfig(
            BetaManagedAgentsMcpToolsetDefaultConfigParams.builder()
                .permissionPolicy(
                    BetaManagedAgentsAlwaysAllowPolicy.builder()
                        .type(JsonValue.from("always_allow"))
                        .build())
                .build())
        .build();
  }

  private void calls(String tool) {
    rig.model.script(
        Script.reply().toolUse(tool, Json.obj("of", "it")), Script.reply().text("Done."));
  }

  @Test
  void anAgentShowsItsServersAndTheirToolsets() {
    var made =
        rig.beta.agents().create(agent("https://wiki.example/mcp", toolset().build()).build());
    assertThat(made.mcpServers()).hasSize(1);
    assertThat(made.mcpServers().getFirst().url()).isEqualTo("https://wiki.example/mcp");
    var shown = made.tools().getFirst().asMcpToolset();
    assertThat(shown.mcpServerName()).isEqualTo("wiki");
    assertThat(shown.defaultConfig().enabled()).isTrue();
    assertThat(shown.defaultConfig().permissionPolicy().isAlwaysAsk()).isTrue();
    assertThat(shown.configs()).isEmpty();
  }

  @Test
  void aServerAndItsToolsetNeedEachOther() {
    var lonely =
        AgentCreateParams.builder()
            .name("Reader")
            .model(BetaManagedAgentsModel.of(Rig.MODEL))
            .addTool(toolset().build())
            .build();
    assertThatThrownBy(() -> rig.beta.agents().create(lonely))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("mcp_toolset references [wiki]");
  }

  @Test
  void aCallGoesToTheServerAndItsResultToTheModel() throws Exception {
    try (var host = new McpHost()) {
      calls("mcp__wiki__look");
      try (var talk = rig.talk(agent(host.url().toString(), allowed()))) {
        talk.say("Go");
        assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
        assertThat(talk.news())
            .isEqualTo(
                sequence(
                    OPENING,
                    List.of(
                        "agent.mcp_tool_use",
                        "span.model_request_end",
                        "agent.mcp_tool_result",
                        "span.model_request_start"),
                    TEXT,
                    CLOSING));
        var use =
            talk.last(BetaManagedAgentsStreamSessionEvents::isAgentMcpToolUse).asAgentMcpToolUse();
        assertThat(use.mcpServerName()).isEqualTo("wiki");
        assertThat(use.name()).isEqualTo("look");
        assertThat(use.evaluatedPermission().orElseThrow().asString()).isEqualTo("allow");
        var result =
            talk.last(BetaManagedAgentsStreamSessionEvents::isAgentMcpToolResult)
                .asAgentMcpToolResult();
        assertThat(result.mcpToolUseId()).isEqualTo(use.id());
        assertThat(result.isError()).contains(false);
        assertThat(result.content().orElseThrow().getFirst().asText().text()).isEqualTo("did look");
        talk.assertListedAsStreamed();
      }
      assertThat(host.methods()).containsOnlyOnce("tools/call");
    }
  }

  @Test
  void byDefaultACallWaitsForAConfirmation() throws Exception {
    try (var host = new McpHost()) {
      calls("mcp__wiki__look");
      try (var talk = rig.talk(agent(host.url().toString(), toolset().build()))) {
        talk.say("Go");
        var waiting = talk.waitsFor();
        assertThat(waiting).hasSize(1);
        assertThat(host.methods()).doesNotContain("tools/call");
        talk.allow(waiting.getFirst());
        assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
        assertThat(host.methods()).contains("tools/call");
      }
    }
  }

  @Test
  void aServerThatIsAwayIsAnErrorAndTheTurnGoesOn() throws Exception {
    rig.model.script(Script.reply().text("Done."));
    try (var closed = new ClosedPort();
        var talk = rig.talk(agent(closed.uri() + "/mcp", allowed()))) {
      talk.say("Go");
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  RUNNING,
                  List.of("user.message", "session.error", "span.model_request_start"),
                  TEXT,
                  CLOSING));
      var error =
          talk.last(BetaManagedAgentsStreamSessionEvents::isSessionError).asSessionError().error();
      var failed = error.asMcpConnectionFailed();
      assertThat(failed.mcpServerName()).isEqualTo("wiki");
      assertThat(failed.retryStatus().isExhausted()).isTrue();
    }
  }

  @Test
  void aServerThatWantsACredentialIsAnErrorOfItsOwn() throws Exception {
    try (var host = new McpHost()) {
      host.on("initialize", (exchange, _) -> McpHost.answer(exchange, 401, "text/plain", "no"));
      rig.model.script(Script.reply().text("Done."));
      try (var talk = rig.talk(agent(host.url().toString(), allowed()))) {
        talk.say("Go");
        talk.untilIdle();
        var error =
            talk.last(BetaManagedAgentsStreamSessionEvents::isSessionError)
                .asSessionError()
                .error();
        assertThat(error.asMcpAuthenticationFailed().mcpServerName()).isEqualTo("wiki");
      }
    }
  }
}
