package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.model.Capabilities;
import dev.drover.model.Prompt;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionError;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sessions that are far longer than the model's context.
final class FullContextTest {
  private static final int WINDOW = 32_000;
  private static final int TURNS = 15;
  private static final int CALLS = 6;
  private static final String MARK = ",\"cache_control\":{\"type\":\"ephemeral\"}";

  private final Stage stage = new Stage();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  @AfterEach
  void close() {
    stage.close();
  }

  /// The tokens of a request, as this model's server counts them.
  private static int tokens(Prompt prompt) {
    int characters =
        prompt.system().toString().length()
            + prompt.tools().toString().length()
            + prompt.messages().toString().length();
    return characters * 10 / 32;
  }

  /// A model that calls a tool [#CALLS] times and then ends its turn, and whose server refuses
  /// prompts as Anthropic's does.
  ///
  /// @param counts whether the server reports usage
  private Answer bounded(Prompt prompt, boolean counts) {
    int tokens = tokens(prompt);
    if (tokens > WINDOW) {
      refused.incrementAndGet();
      return new Answer.Failure(
          Answer.Kind.CONTEXT_FULL,
          "HTTP 400: prompt is too long: " + tokens + " tokens > " + WINDOW + " maximum",
          Optional.empty());
    }
    int number = requests.getAndIncrement();
    boolean ends = number % (CALLS + 1) == CALLS;
    var block =
        ends
            ? textBlock("Turn " + number + " is done.")
            : toolUse("toolu_" + number, "bash", Json.obj("command", "step " + number));
    return new Answer.Reply(
        Json.arr(block),
        ends ? "end_turn" : "tool_use",
        Json.EMPTY,
        counts ? new ModelUsage(tokens, 50, 0, 0) : ModelUsage.NONE);
  }

  /// The requests that do not begin with all of the one before.
  private static int breaks(List<Prompt> prompts) {
    int breaks = 0;
    for (int i = 1; i < prompts.size(); i++) {
      var before = unmarked(prompts.get(i - 1));
      boolean grows = unmarked(prompts.get(i)).startsWith(before.substring(0, before.length() - 1));
      breaks += grows ? 0 : 1;
    }
    return breaks;
  }

  private static String unmarked(Prompt prompt) {
    return prompt.messages().toString().replace(MARK, "");
  }

  @ParameterizedTest(name = "known {0}, counts {1}")
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void aSessionThatIsLongerThanTheContextGoesOn(boolean known, boolean counts) throws Exception {
    stage.model().withContext(WINDOW, known).otherwise((prompt, _) -> bounded(prompt, counts));
    stage.hand().does(call -> ToolResult.success("output line 4711 ".repeat(180)));
    stage.queue("Never delete the archive.");
    for (int i = 0; i < TURNS; i++) {
      stage.wake();
      stage.queue("Go on with part " + i + ".");
    }
    stage.wake();

    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.StatusIdle.class))
        .hasSize(TURNS + 1)
        .allSatisfy(idle -> assertThat(idle.reason()).isEqualTo(new StopReason.EndTurn()));
    var chapters = stage.all(Event.ContextOpened.class);
    assertThat(chapters).hasSizeBetween(3, 40);
    assertThat(stage.all(Event.ContextCompacted.class)).hasSameSizeAs(chapters);
    assertThat(stage.types()).contains("agent.thread_context_compacted");
    var prompts = stage.model().prompts();
    prompts.forEach(prompt -> assertThat(WireRules.fault(prompt.messages())).isEmpty());
    assertThat(breaks(prompts)).isEqualTo(chapters.size());
    prompts.forEach(prompt -> assertThat(unmarked(prompt)).contains("Never delete the archive."));
    if (known) {
      assertThat(refused.get()).isLessThan(3);
    }
  }

  /// A server that keeps the end of a prompt, answers that, and says nothing.
  private Answer silently(Prompt prompt) {
    int tokens = tokens(prompt);
    if (tokens > WINDOW / 2) {
      refused.incrementAndGet();
      return new Answer.Reply(
          Json.arr(textBlock("What was the question?")),
          "end_turn",
          Json.EMPTY,
          new ModelUsage(WINDOW / 4, 50, 0, 0));
    }
    return bounded(prompt, true);
  }

  @Test
  void aReplyToAPartOfThePromptIsNotUsed() throws Exception {
    stage
        .model()
        .withContext(WINDOW, true)
        .withOverflow(Capabilities.Overflow.SILENT)
        .otherwise((prompt, _) -> silently(prompt));
    stage.hand().does(call -> ToolResult.success("output line 4711 ".repeat(180)));
    for (int i = 0; i < TURNS; i++) {
      stage.queue("Go on with part " + i + ".");
      stage.wake();
    }
    assertThat(refused.get()).isBetween(1, 3);
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.AgentMessage.class).toString())
        .doesNotContain("What was the question?");
    assertThat(stage.all(Event.ModelRequestEnd.class))
        .filteredOn(Event.ModelRequestEnd::isError)
        .hasSize(refused.get())
        .allSatisfy(end -> assertThat(end.usage().inputTokens()).isEqualTo(WINDOW / 4));
    assertThat(stage.all(Event.ContextOpened.class))
        .anyMatch(one -> one.cause() == Event.ContextOpened.Cause.OVERFLOW);
  }

  @Test
  void aReplyThatIsCutOffIsContinued() throws Exception {
    stage
        .model()
        .thenReply("model_context_window_exceeded", textBlock("half"))
        .thenText("and the rest");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.AgentMessage.class)).hasSize(2);
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("half", "your last reply was cut off");
  }

  @Test
  void aMessageThatCanNeverFitEndsItsTurnAndNoLaterOne() throws Exception {
    stage.model().withContext(WINDOW, true).otherwise((prompt, _) -> bounded(prompt, true));
    stage.hand().does(call -> ToolResult.success("ok"));
    stage.queue("Hi");
    stage.wake();
    stage.queue("long ".repeat(60_000));
    stage.wake();
    assertThat(stage.all(Event.Failed.class))
        .extracting(Event.Failed::error)
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.type()).isEqualTo(SessionError.Type.COMPACTION_LIMIT_REACHED);
              assertThat(error.message()).contains("prompt is too long", "cannot be made small");
            });
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());
    int before = requests.get();
    stage.queue("Short again");
    stage.wake();
    assertThat(requests.get()).isGreaterThan(before);
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void chaptersOfALongSessionAreNumberedAndNeverGoBack() throws Exception {
    stage.model().withContext(WINDOW, true).otherwise((prompt, _) -> bounded(prompt, true));
    stage.hand().does(call -> ToolResult.success("output line 4711 ".repeat(180)));
    for (int i = 0; i < TURNS; i++) {
      stage.queue("part " + i);
      stage.wake();
    }
    var numbers = new ArrayList<Integer>();
    long from = 0;
    for (var chapter : stage.all(Event.ContextOpened.class)) {
      numbers.add(chapter.chapter());
      assertThat(chapter.from()).isGreaterThanOrEqualTo(from);
      from = chapter.from();
    }
    assertThat(numbers).isSorted().doesNotHaveDuplicates().contains(1);
  }
}
