package dev.drover.sdk;

import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.RUNNING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.models.beta.agents.AgentCreateParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAgentToolsetDefaultConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsAlwaysAskPolicy;
import com.anthropic.models.beta.agents.BetaManagedAgentsAutoPolicy;
import com.anthropic.models.beta.agents.BetaManagedAgentsBashToolConfigParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsCustomToolInputSchema;
import com.anthropic.models.beta.agents.BetaManagedAgentsCustomToolParams;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import com.anthropic.models.beta.sessions.events.EventSendParams;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tools that need the client: its word, or its result.
abstract class ToolCases {
  private final Rig rig;

  ToolCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void twoToolsThatNeedConfirmationOneAllowedOneDenied() {
    var two =
        Script.reply()
            .toolUse("bash", Json.obj("command", "echo yes"))
            .toolUse("write", Json.obj("file_path", "no.txt", "content", "no"));
    rig.model.script(two, Script.reply().text("Done."));
    try (var talk = rig.talk(asking())) {
      talk.say("Go");
      var waiting = talk.waitsFor();
      assertThat(waiting).hasSize(2);
      var uses = List.of("agent.tool_use", "agent.tool_use", "span.model_request_end");
      assertThat(talk.news()).isEqualTo(sequence(OPENING, uses, CLOSING));
      var use = talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolUse).asAgentToolUse();
      assertThat(use.evaluatedPermission().orElseThrow().asString()).isEqualTo("ask");
      assertThat(use.evaluation().orElseThrow().isAlwaysAsk()).isTrue();

      talk.allow(waiting.getFirst());
      assertThat(talk.waitsFor()).containsExactly(waiting.getLast());
      assertThat(talk.news()).isEqualTo(sequence(List.of("user.tool_confirmation"), CLOSING));

      talk.deny(waiting.getLast(), "not that file");
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  List.of("user.tool_confirmation"),
                  RUNNING,
                  List.of("agent.tool_result", "agent.tool_result", "span.model_request_start"),
                  TEXT,
                  CLOSING));
      var denied =
          talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolResult).asAgentToolResult();
      assertThat(denied.toolUseId()).isEqualTo(waiting.getLast());
      assertThat(denied.isError()).contains(true);
      assertThat(denied.content().orElseThrow().getFirst().asText().text())
          .contains("not that file");
      talk.assertListedAsStreamed();
    }
  }

  @Test
  void aPolicyThatCannotTellAsks() {
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo yes")),
        Script.reply().text("Done."));
    var automatic =
        BetaManagedAgentsBashToolConfigParams.builder()
            .name(JsonValue.from("bash"))
            .permissionPolicy(
                BetaManagedAgentsAutoPolicy.builder().type(JsonValue.from("auto")).build())
            .build();
    try (var talk = rig.talk(agent().addTool(Rig.toolset().addConfig(automatic).build()))) {
      talk.say("Go");
      var waiting = talk.waitsFor();
      var use = talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolUse).asAgentToolUse();
      var judged = use.evaluation().orElseThrow().asAuto().evaluatedPermission();
      assertThat(judged.asAsk().reasonCode()).isEqualTo("indeterminate");
      talk.allow(waiting.getFirst());
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
    }
  }

  @Test
  void aToolThatIsNotEnabledIsDenied() {
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo")), Script.reply().text("Oh."));
    var off =
        BetaManagedAgentsBashToolConfigParams.builder()
            .name(JsonValue.from("bash"))
            .enabled(false)
            .build();
    try (var talk = rig.talk(agent().addTool(Rig.toolset().addConfig(off).build()))) {
      talk.say("Go");
      talk.untilIdle();
      var use = talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolUse).asAgentToolUse();
      assertThat(use.evaluatedPermission().orElseThrow().asString()).isEqualTo("deny");
      assertThat(use.evaluation()).isEmpty();
      var result =
          talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolResult).asAgentToolResult();
      assertThat(result.isError()).contains(true);
      assertThat(result.content().orElseThrow().getFirst().asText().text())
          .startsWith("Permission to use bash has been denied. ");
    }
  }

  @Test
  void aToolOfTheClients() {
    rig.model.script(
        Script.reply().toolUse("weather", Json.obj("city", "Bern")), Script.reply().text("Sun."));
    try (var talk = rig.talk(agent().addTool(weather()))) {
      talk.say("How is it?");
      var waiting = talk.waitsFor();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  OPENING, List.of("agent.custom_tool_use", "span.model_request_end"), CLOSING));
      var use = talk.last(BetaManagedAgentsStreamSessionEvents::isAgentCustomToolUse);
      assertThat(use.asAgentCustomToolUse().name()).isEqualTo("weather");
      assertThat(waiting).containsExactly(use.asAgentCustomToolUse().id());

      var sent =
          talk.send(
              EventSendParams.builder()
                  .addEvent(
                      Talk.result(waiting.getFirst())
                          .addTextContent("sunny")
                          .isError(false)
                          .build()));
      assertThat(sent.data().orElseThrow().getFirst().asUserCustomToolResult().processedAt())
          .isPresent();
      talk.untilIdle();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  List.of("user.custom_tool_result"),
                  RUNNING,
                  List.of("span.model_request_start"),
                  TEXT,
                  CLOSING));
      talk.assertListedAsStreamed();
    }
  }

  /// What an agent without tools yet is made of.
  static AgentCreateParams.Builder agent() {
    return AgentCreateParams.builder().name("Coder").model(BetaManagedAgentsModel.of(Rig.MODEL));
  }

  /// An agent that has to ask for everything.
  static AgentCreateParams.Builder asking() {
    var ask =
        BetaManagedAgentsAgentToolsetDefaultConfigParams.builder()
            .permissionPolicy(
                BetaManagedAgentsAlwaysAskPolicy.builder()
                    .type(JsonValue.from("always_ask"))
                    .build())
            .build();
    return agent().addTool(Rig.toolset().defaultConfig(ask).build());
  }

  static BetaManagedAgentsCustomToolParams weather() {
    return BetaManagedAgentsCustomToolParams.builder()
        .type(JsonValue.from("custom"))
        .name("weather")
        .description("Tells how the weather is in a city.")
        .inputSchema(
            BetaManagedAgentsCustomToolInputSchema.builder()
                .type(JsonValue.from("object"))
                .properties(
                    BetaManagedAgentsCustomToolInputSchema.Properties.builder()
                        .putAdditionalProperty(
                            "city", JsonValue.from(java.util.Map.of("type", "string")))
                        .build())
                .addRequired("city")
                .build())
        .build();
  }
}
