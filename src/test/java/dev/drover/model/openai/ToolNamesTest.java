package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.testing.Chunks;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names of tools that are longer than Chat Completions has.
final class ToolNamesTest extends ChatCase {
  private static String name(Json.Obj body, int tool) {
    return String.valueOf(
        ((Json.Obj) body.items("tools").get(tool)).object("function").text("name"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64})
  void aNameThatFitsStays(int length) {
    assertThat(ToolNames.sent("n".repeat(length))).isEqualTo("n".repeat(length));
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 66, 100, 128, 1000})
  void aLongerNameIsShortenedAlwaysInTheSameWay(int length) {
    var name = "n".repeat(length - 1) + "-";
    assertThat(ToolNames.sent(name))
        .hasSize(64)
        .matches("[a-zA-Z0-9_-]+")
        .isEqualTo(ToolNames.sent(name))
        .isNotEqualTo(ToolNames.sent("n".repeat(length)));
  }

  @Test
  void aLongNameIsSentShortAndComesBackLong() throws Exception {
    var one = "n".repeat(100) + "1";
    var two = "n".repeat(100) + "2";
    var prompt = offering("bash", one, two);
    server.script(
        Chunks.stream(
            Chunks.call(0, "a", ToolNames.sent(two), "{}"),
            Chunks.call(1, "b", one, "{}"),
            Chunks.call(2, "c", "bash", "{}"),
            Chunks.finish("tool_calls")));
    var reply = (Answer.Reply) model.answer(prompt, Listener.DEAF);
    assertThat(reply.content().items().stream().map(use -> ((Json.Obj) use).text("name")))
        .containsExactly(two, one, "bash");
    var sent = server.request(1).body();
    assertThat(name(sent, 0)).isEqualTo("bash");
    assertThat(name(sent, 1)).isEqualTo(ToolNames.sent(one)).hasSize(64);
    assertThat(name(sent, 2)).isEqualTo(ToolNames.sent(two)).isNotEqualTo(name(sent, 1));
  }

  @Test
  void callsInTheHistoryHaveTheNamesOfTheTools() {
    var longName = "n".repeat(100);
    var history =
        Json.obj(
            "role",
            "assistant",
            "content",
            List.of(
                Json.obj("type", "tool_use", "id", "a", "name", longName, "input", Json.EMPTY)));
    var offered = offering(longName);
    var prompt =
        new Prompt(
            "m",
            1024,
            Optional.empty(),
            offered.system(),
            offered.tools(),
            new Json.Arr(List.of(history)));
    var body = ChatRequest.of(prompt, "max_tokens", "");
    assertThat(body.toString()).doesNotContain(longName);
    assertThat(body.items("messages").toString()).contains(name(body, 0));
  }
}
