package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.testing.Script;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A refusal that names a part of a Messages request is answered by asking again without it.
final class MessagesRefusalTest extends MessagesCase {
  private static final Prompt MARKED =
      new Prompt(
          "m",
          1024,
          Optional.of("high"),
          Json.arr(
              Json.obj(
                  "type",
                  "text",
                  "text",
                  "Be brief.",
                  "cache_control",
                  Json.obj("type", "ephemeral"))),
          Json.arr(),
          Json.arr(Json.obj("role", "user", "content", "Hello")));

  private static Script refusal(String message) {
    return Script.status(400, "invalid_request_error", message);
  }

  private Answer ask() throws InterruptedException {
    return model.answer(MARKED, Listener.DEAF);
  }

  @Test
  void marksOfCachedPrefixesAndTheEffortAreLeftOutWhereTheyAreUnknown() throws Exception {
    server.otherwise(
        request ->
            request.body().toString().contains("cache_control")
                ? refusal("system.0.cache_control: Extra inputs are not permitted")
                : request.body().fields().containsKey("output_config")
                    ? refusal("output_config: Extra inputs are not permitted")
                    : Script.reply().text("Hi"));
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests()).hasSize(4);
    assertThat(server.request(4).body())
        .hasToString(
            "{\"model\":\"m\",\"max_tokens\":1024,\"system\":[{\"type\":\"text\",\"text\":\"Be"
                + " brief.\"}],\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],"
                + "\"stream\":true}");
  }

  @Test
  void aReplyLimitThatIsTooHighIsLowered() throws Exception {
    server
        .script(refusal("max_tokens: 1024 > 512, which is the maximum allowed number of output"))
        .says("Hi");
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(server.request(2).body().number("max_tokens", 0)).isEqualTo(512);
    server
        .script(refusal("input length and `max_tokens` exceed context limit: 1700 + 512 > 2000"))
        .says("Hi");
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(server.request(4).body().number("max_tokens", 0)).isEqualTo(300);
  }

  @Test
  void aPromptThatLeavesNoRoomIsTooLong() throws Exception {
    server.script(
        refusal("input length and `max_tokens` exceed context limit: 1900 + 1024 > 2000"));
    assertThat(failed(ask()).kind()).isEqualTo(Kind.CONTEXT_FULL);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void theSystemPromptIsSentAsOneTextWhereBlocksAreUnknown() throws Exception {
    server.script(refusal("system: Input should be a valid string")).says("Hi");
    assertThat(ask()).isInstanceOf(Answer.Reply.class);
    assertThat(server.request(2).body().text("system")).isEqualTo("Be brief.");
  }
}
