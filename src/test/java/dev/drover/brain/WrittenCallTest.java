package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls that a server left in the text.
final class WrittenCallTest {
  private static final String CALL =
      "<tool_call>\n{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\"}}\n</tool_call>";

  @ParameterizedTest
  @ValueSource(
      strings = {
        CALL,
        CALL + "\n" + CALL,
        "\n" + CALL + "\n\n",
        "<tool_call>{\"name\":\"bash\",\"arguments\":{}}",
        "Let me look.\n" + CALL,
        "Let me look.\n\n" + CALL + "\n" + CALL,
        "<think>I look</think>\n" + CALL,
        "<think>I look</think>\nLet me look.\n" + CALL,
        "<tool_call>\n"
            + "<function=bash>\n"
            + "<parameter=command>\n"
            + "ls\n"
            + "</parameter>\n"
            + "</function>\n"
            + "</tool_call>",
        "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>",
        "<function=bash>{\"command\":\"ls\"}</function>",
        "[TOOL_CALLS] [{\"name\":\"bash\",\"arguments\":{}}]",
        "[TOOL_CALLS]bash{\"command\":\"ls\"}",
        "<|python_tag|>{\"name\":\"bash\",\"parameters\":{}}",
        "<|tool_call|>[{\"name\":\"bash\",\"arguments\":{}}]",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>bash<｜tool▁calls▁end｜>",
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_calls_section_end|>",
        "<function_calls>\n<invoke name=\"bash\">\n</invoke>\n</function_calls>",
      })
  void aTextThatIsACallIsOne(String text) {
    assertThat(Shortfall.of(reply("end_turn", textBlock(text)))).contains(Shortfall.WRITTEN_CALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<tool_call> is the mark with which Qwen begins a call.",
        "Hermes writes " + CALL + " for a call.",
        "It looks like this:\n" + CALL + "\nThe server parses it.",
        "```\n" + CALL + "\n```",
        "It ends with\n<tool_call>{not json}</tool_call>",
        "It ends with\n<tool_call>{\"a\":1}</tool_call>",
        "{\"name\":\"bash\",\"arguments\":{}}",
        "<tool_call>",
        "Done.",
      })
  void aTextAboutACallIsNone(String text) {
    assertThat(Shortfall.of(reply("end_turn", textBlock(text)))).isEmpty();
  }

  @Test
  void aReplyWithARealCallIsUsable() {
    var use = toolUse("toolu_1", "bash", Json.EMPTY);
    assertThat(Shortfall.of(reply("tool_use", textBlock(CALL), use))).isEmpty();
  }

  @Test
  void theErrorTellsTheOperatorWhatToEnable() {
    assertThat(Shortfall.WRITTEN_CALL.error().message())
        .contains("written as text", "--enable-auto-tool-choice --tool-call-parser hermes");
  }
}
