package dev.drover.sdk;

import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.TEXT_TURN;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// The sequences of events that clients build on, each whole.
abstract class TurnCases {
  private static final String INTERRUPTED =
      "Tool execution was interrupted before completion. Please retry.";

  private final Rig rig;

  TurnCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void aTurnOfThoughtAndText() {
    try (var talk = rig.talk(Script.reply().thinking("Hm", "sig").text("Hello", " there"))) {
      var sent = talk.say("Hi").data().orElseThrow().getFirst().asUserMessage();
      assertThat(sent.processedAt()).isEmpty();
      var idle = talk.untilIdle();
      assertThat(talk.news())
          .isEqualTo(sequence(OPENING, List.of("agent.thinking"), TEXT, CLOSING));
      var echoes =
          talk.seen().stream()
              .filter(BetaManagedAgentsStreamSessionEvents::isUserMessage)
              .map(BetaManagedAgentsStreamSessionEvents::asUserMessage)
              .toList();
      assertThat(echoes).hasSize(2).allMatch(echo -> echo.id().equals(sent.id()));
      assertThat(echoes.getFirst().processedAt()).isEmpty();
      assertThat(echoes.getLast().processedAt()).isPresent();
      var message = talk.last(BetaManagedAgentsStreamSessionEvents::isAgentMessage);
      assertThat(message.asAgentMessage().content().getFirst().asText().text())
          .isEqualTo("Hello there");
      var end = talk.last(BetaManagedAgentsStreamSessionEvents::isSpanModelRequestEnd);
      var start = talk.last(BetaManagedAgentsStreamSessionEvents::isSpanModelRequestStart);
      assertThat(end.asSpanModelRequestEnd().modelRequestStartId())
          .isEqualTo(start.asSpanModelRequestStart().id());
      assertThat(end.asSpanModelRequestEnd().isError()).contains(false);
      assertThat(end.asSpanModelRequestEnd().modelUsage().outputTokens()).isEqualTo(5);
      assertThat(idle.stopReason().isEndTurn()).isTrue();
      assertThat(idle.stopDetails()).isEmpty();
      var usage = talk.last(BetaManagedAgentsStreamSessionEvents::isSessionUsage).asSessionUsage();
      assertThat(usage.usage().inputTokens().orElseThrow().longValue()).isEqualTo(10);
      assertThat(rig.beta.sessions().retrieve(talk.id).status().asString()).isEqualTo("idle");
      talk.assertListedAsStreamed();
    }
  }

  @Test
  void aTurnWithABuiltInTool() {
    var bash = Script.reply().text("Look.").toolUse("bash", Json.obj("command", "hostname"));
    try (var talk = rig.talk(bash, Script.reply().text("It is hand."))) {
      talk.say("Where?");
      talk.untilIdle();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  OPENING,
                  List.of("agent.message", "agent.tool_use", "span.model_request_end"),
                  List.of("agent.tool_result", "span.model_request_start"),
                  TEXT,
                  CLOSING));
      var use = talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolUse).asAgentToolUse();
      assertThat(use.name()).isEqualTo("bash");
      assertThat(use.input()._additionalProperties())
          .containsEntry("command", JsonValue.from("hostname"));
      assertThat(use.evaluatedPermission().orElseThrow().asString()).isEqualTo("allow");
      assertThat(use.evaluation().orElseThrow().isAlwaysAllow()).isTrue();
      var result =
          talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolResult).asAgentToolResult();
      assertThat(result.toolUseId()).isEqualTo(use.id());
      assertThat(result.isError()).contains(false);
      assertThat(result.content().orElseThrow().getFirst().asText().text()).isEqualTo("hand");
      talk.assertListedAsStreamed();
    }
  }

  @Test
  void anInterruptWhileTheModelSpeaksAndTheMessageBehindIt() {
    var never = new CountDownLatch(1);
    var well = Script.reply().text("Well").hold(never);
    try (var talk = rig.talk(well, Script.reply().text("Yes."))) {
      talk.say("Go");
      talk.untilAsked();
      talk.say("Or rather?");
      talk.interrupt();
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
      assertThat(talk.news())
          .isEqualTo(
              sequence(OPENING, List.of("span.model_request_end", "user.interrupt"), CLOSING));
      var end = talk.last(BetaManagedAgentsStreamSessionEvents::isSpanModelRequestEnd);
      assertThat(end.asSpanModelRequestEnd().isError()).contains(true);
      assertThat(end.asSpanModelRequestEnd().modelUsage().outputTokens()).isZero();
      talk.untilIdle();
      assertThat(talk.news()).isEqualTo(TEXT_TURN);
      talk.assertListedAsStreamed();
    } finally {
      never.countDown();
    }
  }

  @Test
  void anInterruptWhileToolsWaitForTheClient() {
    rig.model.script(Script.reply().toolUse("bash", Json.obj("command", "echo")));
    try (var talk = rig.talk(ToolCases.asking())) {
      talk.say("Go");
      var waiting = talk.waitsFor();
      talk.news();
      talk.interrupt();
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
      assertThat(talk.news())
          .isEqualTo(sequence(List.of("agent.tool_result", "user.interrupt"), CLOSING));
      var result =
          talk.last(BetaManagedAgentsStreamSessionEvents::isAgentToolResult).asAgentToolResult();
      assertThat(result.toolUseId()).isEqualTo(waiting.getFirst());
      assertThat(result.content().orElseThrow().getFirst().asText().text()).isEqualTo(INTERRUPTED);
      rig.model.says("Here.");
      talk.say("Still there?");
      talk.untilIdle();
      assertThat(talk.news()).isEqualTo(TEXT_TURN);
    }
  }
}
