package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import dev.drover.session.Event;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A text that a server's filter refuses ends its turn with the error, and does not end later ones.
final class FilteredTextsTest {
  private final Stage stage = new Stage(List.of());

  @AfterEach
  void close() {
    stage.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP 400: content_filter: The response was filtered due to the prompt triggering Azure"
            + " OpenAI's content management policy.",
        "HTTP 400: ResponsibleAIPolicyViolation",
        "HTTP 400: data_inspection_failed: Input data may contain inappropriate content.",
        "HTTP 400: messages.2.content.0: Output blocked by content filtering policy",
        "HTTP 400: messages.2.content.0.text: is not allowed",
        "HTTP 400: Output blocked by content filtering policy",
        "HTTP 400: Content Exists Risk",
        "HTTP 403: Your chosen model requires moderation and your input was flagged",
        "HTTP 400: Your request was rejected as a result of our safety system.",
        "HTTP 400: Invalid prompt: flagged as potentially violating our usage policy.",
        "HTTP 400: 1301: 系统检测到输入或生成内容可能包含不安全或敏感内容"
      })
  void theTextIsLeftOutFromTheNextTurnOn(String words) throws Exception {
    stage.model().thenText("ok");
    stage.queue("first");
    stage.wake();
    stage
        .model()
        .otherwise(
            (prompt, _) ->
                prompt.messages().toString().contains("odd")
                    ? new Answer.Failure(Kind.REJECTED, words, Optional.empty())
                    : reply("end_turn", textBlock("fine")));
    stage.queue("odd");
    stage.wake();
    stage.queue("and?");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class))
        .extracting(Event.StatusIdle::reason)
        .containsExactly(
            new StopReason.EndTurn(), new StopReason.RetriesExhausted(), new StopReason.EndTurn());
    assertThat(stage.all(Event.Failed.class)).hasSize(1);
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("first", "[a text was left out because the model server refused it]", "and?");
  }
}
