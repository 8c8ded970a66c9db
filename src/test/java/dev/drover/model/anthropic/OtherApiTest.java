package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Replies in the form of another API, and names that are nearly those of tools.
final class OtherApiTest extends MessagesWireCase {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n",
        "data: {\"object\":\"chat.completion.chunk\",\"choices\":[]}\n\n",
        "{\"object\":\"chat.completion\",\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}",
      })
  void aChatServerIsNamed(String body) throws Exception {
    var failure = (Answer.Failure) answer(body);
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure.message()).contains("looks like Chat Completions", "openai.base_url");
  }

  @ParameterizedTest
  @CsvSource({"' bash ', bash", "'bash ', bash", "' odd ', ' odd '", "' other ', ' other '"})
  void blanksAroundTheNameOfAToolAreDropped(String name, String own) throws Exception {
    var reply = reply(START + events("0+" + name, "0{'a':1}", "0-") + reason("tool_use") + STOP);
    assertThat(shown(reply)).isEqualTo(own + "{\"a\":1}");
  }
}
