package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Kept;
import dev.drover.model.Prompt;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a server sent along with its reply goes back to the same model, and to no other.
final class GivenBackTest extends ChatWireCase {
  private static final String REPLY =
      deltas(
          "{\"reasoning_content\":\"hm\"}",
          "{\"reasoning_details\":[{\"type\":\"t\",\"text\":\"hm\"}]}",
          "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"bash\","
              + "\"arguments\":\"{}\",\"f\":2},\"extra_content\":{\"google\":"
              + "{\"thought_signature\":\"SIG\"}}}]}");

  private static Json.Obj sent(String model, String field) throws Exception {
    var said = Json.obj("role", "assistant", "content", reply(REPLY + STOP).content());
    var prompt = new Prompt(model, 9, Optional.empty(), Json.arr(), Json.arr(), Json.arr(said));
    return (Json.Obj) ChatRequest.of(prompt, "max_tokens", field).items("messages").getFirst();
  }

  @Test
  void aCallGoesBackToItsModelWithAllItsFields() throws Exception {
    assertThat(sent("m", "").items("tool_calls"))
        .containsExactly(
            Json.obj(
                "id",
                "a",
                "type",
                "function",
                "function",
                Json.obj("name", "bash", "arguments", "{}", "f", 2),
                "extra_content",
                Json.obj("google", Json.obj("thought_signature", "SIG"))));
  }

  @Test
  void anotherModelGetsTheCallAlone() throws Exception {
    assertThat(sent("another", "").toString())
        .doesNotContain("SIG", "hm", "reasoning", "drover")
        .contains("bash");
  }

  @ParameterizedTest
  @CsvSource({
    "'', reasoning_content reasoning_details",
    "none, ''",
    "reasoning_content, reasoning_content",
    "reasoning, reasoning",
    "reasoning_details, reasoning_details"
  })
  void aSettingSaysWhichFieldAServerWants(String field, String fields) throws Exception {
    var message = sent("m", field);
    for (var name : new String[] {"reasoning_content", "reasoning", "reasoning_details"}) {
      assertThat(message.get(name).isPresent())
          .as(name)
          .isEqualTo(Set.of(fields.split(" ", -1)).contains(name));
    }
    assertThat(message.toString()).doesNotContain("drover");
  }

  @Test
  void theOtherWireGetsNothingOfIt() throws Exception {
    var said = Json.obj("role", "assistant", "content", reply(REPLY + STOP).content());
    assertThat(Kept.without(Json.arr(said)).toString())
        .contains("bash")
        .doesNotContain("SIG", "hm", "drover", "thinking");
  }
}
