package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Toolset;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The limit on replies of one turn that ask for tools.
final class ToolRoundsTest {
  private static final int LIMIT = Stage.MAX_TOOL_ROUNDS;

  private final AtomicInteger asked = new AtomicInteger();

  private void callForEver(Stage stage, String tool) {
    stage
        .model()
        .otherwise(
            (_, _) ->
                reply("tool_use", toolUse("toolu_" + asked.incrementAndGet(), tool, Json.EMPTY)));
    stage.hand().does(call -> ToolResult.success("ran"));
  }

  private static void limited(Stage stage) {
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());
    var error = stage.all(Event.Failed.class).getLast().error();
    assertThat(error.type()).isEqualTo(SessionError.Type.TOOL_USE_LIMIT_REACHED);
    assertThat(error.retry()).isEqualTo(SessionError.Retry.EXHAUSTED);
    assertThat(error.message()).contains(LIMIT + " tool rounds", "max_tool_rounds");
    var last = stage.all(Event.AgentToolResult.class).getLast();
    assertThat(last.isError()).isTrue();
    assertThat(last.content().toString()).contains("did not run");
  }

  @Test
  void aModelThatCallsForEverIsStoppedAtTheLimit() throws Exception {
    try (var stage = new Stage()) {
      callForEver(stage, "bash");
      stage.queue("Hi");
      stage.queue("waits");
      stage.wake();
      limited(stage);
      assertThat(stage.hand().calls()).hasSize(LIMIT);
      assertThat(stage.all(Event.UserMessage.class)).hasSize(2);

      stage.queue("a new turn counts from nothing");
      stage.wake();
      limited(stage);
      assertThat(stage.hand().calls()).hasSize(2 * LIMIT);
    }
  }

  @Test
  void theLimitItselfMayBeReached() throws Exception {
    try (var stage = new Stage()) {
      for (int i = 0; i < LIMIT; i++) {
        stage.model().thenCalls(toolUse("toolu_" + i, "bash", Json.EMPTY));
      }
      stage.model().thenText("done");
      stage.hand().does(call -> ToolResult.success("ran"));
      stage.queue("Hi");
      stage.wake();
      assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
          .isEqualTo(new StopReason.EndTurn());
    }
  }

  @Test
  void callsThatWaitForTheClientCountAndEachWakeCountsOn() throws Exception {
    var lookup = new CustomTool("lookup", "Looks something up.", Json.obj("type", "object"));
    try (var stage = new Stage(List.of(new Toolset(Toolset.OPEN, List.of()), lookup))) {
      callForEver(stage, "lookup");
      stage.queue("Hi");
      stage.wake();
      for (int i = 0; i < LIMIT; i++) {
        var use = stage.all(Event.AgentCustomToolUse.class).getLast().id();
        stage.receive(
            new Event.UserCustomToolResult(
                stage.interruptId(), use, Optional.empty(), Optional.empty()));
        stage.wake();
      }
      limited(stage);
      assertThat(stage.all(Event.AgentCustomToolUse.class)).hasSize(LIMIT + 1);
      assertThat(stage.all(Event.UserCustomToolResult.class)).hasSize(LIMIT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\": \"text\", \"text\": \"Still searching\"}",
        "{\"type\": \"server_tool_use\", \"id\": \"s\", \"name\": \"x\", \"input\": {}}"
      })
  void aModelThatPausesForEverIsStopped(String block) throws Exception {
    try (var stage = new Stage()) {
      stage.model().otherwise((_, _) -> reply("pause_turn", Json.trusted(block)));
      for (int turn = 1; turn <= 2; turn++) {
        stage.queue("Hi");
        stage.wake();
        assertThat(stage.all(Event.Failed.class).getLast().error().type())
            .isEqualTo(SessionError.Type.TOOL_USE_LIMIT_REACHED);
        assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
            .isEqualTo(new StopReason.RetriesExhausted());
        assertThat(stage.model().prompts()).hasSize(turn * (Plan.MAX_PAUSES + 1));
      }
    }
  }

  @Test
  void pausesBetweenCallsAreNotInARow() throws Exception {
    try (var stage = new Stage()) {
      for (int i = 0; i < 2; i++) {
        for (int pause = 0; pause < Plan.MAX_PAUSES; pause++) {
          stage.model().thenReply("pause_turn", Json.obj("type", "text", "text", "Searching"));
        }
        stage.model().thenCalls(toolUse("toolu_" + i, "bash", Json.EMPTY));
      }
      stage.model().thenText("done");
      stage.hand().does(call -> ToolResult.success("ran"));
      stage.queue("Hi");
      stage.wake();
      assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
          .isEqualTo(new StopReason.EndTurn());
    }
  }
}
