package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import dev.drover.testing.Chunks;
import dev.drover.testing.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Replies in the form of another API, and with another status than 200.
final class AnotherApiTest extends ChatCase {
  @Test
  void aMessagesServerIsNamed() throws Exception {
    var failure = failure(Script.reply().text("Hello"));
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure.message())
        .contains("HTTP 200 from ", "looks like the Messages API", "anthropic.base_url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}",
        "data: {\"type\":\"content_block_start\",\"index\":0}\n\ndata: [DONE]\n\n",
        "event: message_start\ndata: {\"message\":{}}\n\n",
      })
  void soIsOneInAnyForm(String body) throws Exception {
    assertThat(failure(Script.body(200, "text/event-stream", body)).message())
        .contains("looks like the Messages API");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n",
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n",
      })
  void aResponsesServerIsNamed(String body) throws Exception {
    assertThat(failure(Script.body(200, "text/event-stream", body)).message())
        .contains("looks like the Responses API", "openai.base_url");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 203, 206, 226, 299})
  void aReplyWithAnySuccessIsRead(int status) throws Exception {
    var stream = "data: " + Chunks.text("Hi") + "\n\ndata: " + Chunks.finish("stop") + "\n\n";
    assertThat(reply(Script.body(status, "text/event-stream", stream)).content().items())
        .containsExactly(text("Hi"));
  }

  @Test
  void aSuccessWithoutAReplyIsNone() throws Exception {
    assertThat(failure(Script.body(201, "text/plain", "created")).message())
        .startsWith("HTTP 201 from ")
        .contains("not an event stream");
    var error = "data: {\"error\":{\"message\":\"oh no\"}}\n\n";
    assertThat(failure(Script.body(201, "text/event-stream", error)).message())
        .startsWith("HTTP 201 from ")
        .endsWith(", then an error: oh no");
  }

  @Test
  void aStreamOfTheRightApiThatBreaksOffIsNotAnotherApi() throws Exception {
    var stream = "data: " + Chunks.text("Hi") + "\n\n{\"detail\":1";
    assertThat(failure(Script.body(200, "text/event-stream", stream)).message())
        .doesNotContain("looks like");
  }

  @ParameterizedTest
  @ValueSource(strings = {" bash ", "bash ", "\\nbash", "\\tbash\\n"})
  void blanksAroundTheNameOfAToolAreDropped(String name) throws Exception {
    var stream =
        ChatWireCase.deltas(
                "{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\""
                    + name
                    + "\",\"arguments\":\"{}\"}}]}")
            + ChatWireCase.STOP;
    server.script(Script.body(200, "text/event-stream", stream));
    var answer = (Answer.Reply) model.answer(ChatWireCase.PROMPT, new Ear());
    assertThat(ChatWireCase.shown(answer)).isEqualTo("bash{}");
  }
}
