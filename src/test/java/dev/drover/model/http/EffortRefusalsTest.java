package dev.drover.model.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is done about an effort level that a server or a model does not have.
final class EffortRefusalsTest {
  private static final Json.Obj CHAT = body("reasoning_effort", Json.of("high"));
  private static final Json.Obj MESSAGES = body("output_config", Json.obj("effort", "high"));

  /// A request in which thinking goes back in several fields.
  private static Json.Obj body(String name, Json effort) {
    var thought =
        Json.obj("role", "assistant", "content", "Hi", "reasoning", "Hm", "thinking", "Hm");
    return Json.obj("model", "m", name, effort, "messages", List.of(thought));
  }

  private static List<String> found(Remedies remedies, Json.Obj body, String error) {
    return remedies.of(new Refused(400, ErrorWords.of(error)), body).stream()
        .map(Remedy::what)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "`reasoning_effort` must be one of `none` or `default`",
        "reasoning_effort must be one of: none, default",
        "reasoning_effort: Input should be 'none' or 'default'",
        "Invalid value for reasoning_effort",
        "reasoning_effort can only be none",
        "{\"error\":{\"message\":\"no\",\"param\":\"reasoning_effort\"}}",
        "Thinking is not supported by this model",
        "thinking isn't supported here",
        "Thinking mode is not available for this model",
        "Extended thinking is unsupported",
        "Thinking is currently not supported",
        "Thinking cannot be supported",
        "The model m does not support thinking/reasoning",
        "The model m does not support reasoning/thinking",
        "this model doesn't support thinking",
        "model does not support thinking or reasoning",
        "Reasoning is disabled for this model",
        "Thinking is only supported by newer models",
        "该模型不支持思考模式",
      })
  void theParameterIsLeftOut(String error) {
    assertThat(found(Remedies.chat(), CHAT, error)).containsExactly("leaves out reasoning_effort");
    var onMessages = error.replace("reasoning_effort", "output_config.effort");
    if (!error.startsWith("{")) {
      assertThat(found(Remedies.messages(true), MESSAGES, onMessages))
          .containsExactly("leaves out output_config");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          `reasoning_effort` must be one of `low` or `medium`|medium
          reasoning_effort must be one of none, low, medium|medium
          reasoning_effort must be one of [none, low]|low
          reasoning_effort should be low or medium|medium
          Invalid reasoning_effort. Supported values: low, medium.|medium
          """)
  void theNearestLevelIsAskedFor(String error, String level) {
    assertThat(found(Remedies.chat(), CHAT, error))
        .containsExactly("asks for effort " + level + " in place of high");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "messages.0: thinking is not allowed here",
        "I was thinking that this does not work",
        "the effort was in vain",
        "temperature must be one of 0 or 1",
      })
  void anythingElseIsLeftAlone(String error) {
    assertThat(found(Remedies.chat(), CHAT, error)).doesNotContain("leaves out reasoning_effort");
  }
}
