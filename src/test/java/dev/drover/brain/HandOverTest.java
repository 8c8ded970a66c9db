package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Toolset;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Prompt;
import dev.drover.profile.Strategy;
import dev.drover.session.Event;
import dev.drover.session.Event.ContextOpened.Kind;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Agents that hand their work over to an empty context before the old one is full.
final class HandOverTest {
  private static final int WINDOW = 40_000;
  private static final String NOTE =
      "Goal: the report. Done: parts 1 to 3. The archive is at vault-4711. "
          + "Details. ".repeat(9);

  private Stage stage = new Stage().withContext(Strategy.NOTE);
  private final List<Prompt> asked = new ArrayList<>();
  private boolean handsOver = true;

  @AfterEach
  void close() {
    stage.close();
  }

  private void open() {
    stage.model().withContext(WINDOW, true).otherwise((prompt, _) -> answer(prompt));
    stage.hand().does(_ -> ToolResult.success("output line 4711 ".repeat(120)));
  }

  private Answer answer(Prompt prompt) {
    assertThat(WireRules.fault(prompt.messages())).isEmpty();
    assertThat(SummaryTest.tokens(prompt)).isLessThan(WINDOW);
    if (SummaryTest.isForSummary(prompt)) {
      return SummaryTest.good(prompt);
    }
    asked.add(prompt);
    var messages = prompt.messages().toString();
    boolean wanted = messages.contains("Then call ") && !messages.contains("handed over\"");
    if (handsOver && wanted) {
      var input = Json.obj("note", NOTE, "next_step", "Write part 4.");
      return SummaryTest.said(
          prompt, "tool_use", toolUse("toolu_h" + asked.size(), name(prompt), input));
    }
    return asked.size() % 6 == 0
        ? SummaryTest.said(prompt, "end_turn", textBlock("Done."))
        : SummaryTest.said(
            prompt, "tool_use", toolUse("toolu_" + asked.size(), "bash", Json.obj("command", "x")));
  }

  private static String name(Prompt prompt) {
    var tools = prompt.tools().toString();
    return tools.contains(HandOver.OTHER_NAME) ? HandOver.OTHER_NAME : HandOver.SPEC.name();
  }

  private void turns(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      stage.queue("Part " + i + ".");
      stage.wake();
    }
  }

  private List<Event.ContextOpened> chapters() {
    return stage.all(Event.ContextOpened.class);
  }

  @Test
  void theNoteBeginsAnEmptyContextAndTheTurnGoesOn() throws Exception {
    open();
    stage.queue("Never delete the archive.");
    stage.wake();
    turns(12);
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.StatusIdle.class))
        .allSatisfy(idle -> assertThat(idle.reason()).isEqualTo(new StopReason.EndTurn()));
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.NOTE));
    assertThat(stage.all(Event.HandOverAsked.class)).hasSameSizeAs(chapters());
    assertThat(stage.all(Event.ContextCompacted.class)).hasSameSizeAs(chapters());
    assertThat(asked.getFirst().tools().toString()).contains("\"hand_over\"");
    assertThat(asked)
        .anySatisfy(
            prompt -> {
              assertThat(prompt.messages().items()).hasSize(1);
              assertThat(prompt.messages().toString())
                  .contains(NOTE.strip(), "Next step: Write part 4.", "Never delete the archive.")
                  .doesNotContain("Then call ");
            });
    assertThat(chapters())
        .allSatisfy(one -> assertThat(one.gauge().before()).isBetween(8_000L, 24_000L));
    assertThat(stage.hand().calls()).noneMatch(call -> call.name().equals("hand_over"));
  }

  @Test
  void anAgentThatDoesNotHandOverIsSummarized() throws Exception {
    open();
    handsOver = false;
    turns(12);
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.HandOverAsked.class)).isNotEmpty();
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters()).allSatisfy(one -> assertThat(one.kind()).isEqualTo(Kind.SUMMARY));
  }

  @Test
  void anAgentThatHandsOverUnaskedIsToldThatThereIsRoom() throws Exception {
    open();
    stage
        .model()
        .thenCalls(toolUse("toolu_1", "hand_over", Json.obj("note", NOTE, "next_step", "x")))
        .thenText("Going on.");
    stage.queue("Hi");
    stage.wake();
    assertThat(chapters()).isEmpty();
    assertThat(stage.all(Event.AgentToolResult.class))
        .singleElement()
        .satisfies(
            result -> {
              assertThat(result.isError()).isTrue();
              assertThat(result.content().toString()).contains("has not asked for it");
            });
  }

  @Test
  void aToolOfTheClientKeepsItsName() throws Exception {
    stage.close();
    var own = new CustomTool("hand_over", "Gives the phone away.", Json.obj("type", "object"));
    stage =
        new Stage(List.of(new Toolset(Toolset.OPEN, List.of()), own)).withContext(Strategy.NOTE);
    open();
    turns(8);
    assertThat(asked.getFirst().tools().toString())
        .contains("Gives the phone away.", "session_hand_over");
    assertThat(chapters()).isNotEmpty();
    assertThat(chapters().getFirst().kind()).isEqualTo(Kind.NOTE);
    assertThat(stage.all(Event.AgentCustomToolUse.class)).isEmpty();
  }
}
