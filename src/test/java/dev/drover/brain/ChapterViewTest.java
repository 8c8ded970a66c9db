package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import dev.drover.profile.Profiles;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ChapterViewTest {
  private static final String MARK = ",\"cache_control\":{\"type\":\"ephemeral\"}";

  @Test
  void eachRequestBeginsWithTheBytesOfTheOneBefore() throws Exception {
    try (var stage = new Stage()) {
      stage
          .model()
          .thenCalls(toolUse("toolu_1", "bash", Json.obj("command", "a")))
          .thenCalls(toolUse("toolu_2", "bash", Json.obj("command", "b")))
          .thenText("done")
          .thenText("more");
      stage.queue("first");
      stage.wake();
      stage.queue("second");
      stage.wake();

      var prompts = stage.model().prompts();
      assertThat(prompts).hasSize(4);
      for (int i = 1; i < prompts.size(); i++) {
        var before = unmarked(prompts.get(i - 1));
        assertThat(unmarked(prompts.get(i))).startsWith(before.substring(0, before.length() - 1));
        assertThat(prompts.get(i).system()).isEqualTo(prompts.getFirst().system());
        assertThat(prompts.get(i).tools()).isEqualTo(prompts.getFirst().tools());
      }
    }
  }

  @Test
  void breakpointsStandAfterTheSystemPromptAndTheLastTwoMessagesOfTheUsersSide() throws Exception {
    try (var stage = new Stage()) {
      stage.model().thenText("one").thenText("two").thenText("three");
      for (var text : List.of("a", "b", "c")) {
        stage.queue(text);
        stage.wake();
      }
      var last = stage.model().prompts().getLast();
      assertThat(last.system().toString()).endsWith(MARK + "}]");
      assertThat(last.messages().toString().split(Pattern.quote(MARK), -1)).hasSize(3);
      assertThat(last.messages().items().get(0).toString()).doesNotContain("cache_control");
      assertThat(last.messages().items().get(2).toString()).contains("cache_control");
      assertThat(last.messages().items().get(4).toString()).contains("cache_control");
    }
  }

  @Test
  void otherModelsGetNoMarks() {
    boolean marks = Profiles.BUILT_IN.ofModel("qwen3").settings().cacheMarks();
    assertThat(marks).isFalse();
    var context = new ChapterView(marks);
    assertThat(context.system("Be brief.").toString()).doesNotContain("cache_control");
  }

  @Test
  void blankTextsAndRefusalsAreNotSentBack() throws Exception {
    try (var stage = new Stage()) {
      stage
          .model()
          .thenReply("refusal", textBlock("I will"))
          .thenReply("end_turn", textBlock(""), textBlock("\n\n"), textBlock("yes"))
          .thenText("ok");
      for (var text : List.of("a", "b", "c")) {
        stage.queue(text);
        stage.wake();
      }
      var messages = stage.model().prompts().getLast().messages();
      assertThat(messages.toString()).doesNotContain("I will", "\"text\":\"\"", "\\n\\n");
      assertThat(messages.items()).hasSize(3);
    }
  }

  private static String unmarked(Prompt prompt) {
    return prompt.messages().toString().replace(MARK, "");
  }
}
