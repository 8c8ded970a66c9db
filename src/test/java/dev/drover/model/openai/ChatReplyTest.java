package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Listener;
import dev.drover.session.ModelUsage;
import dev.drover.testing.Chunks;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of a stream that comes to its end.
final class ChatReplyTest extends ChatCase {
  private static final Json.Obj NAME_END = Json.obj("name", "ad", "arguments", "{}");

  private static Json.Obj bash(String id) {
    return use(id, "bash", Json.obj("command", "ls"));
  }

  @Test
  void piecesOfTextBecomeOneBlock() throws Exception {
    server.script(
        Chunks.stream(
            Chunks.text(""),
            Chunks.text("Hello"),
            Chunks.text(" wörld 🦆"),
            Chunks.finish("stop"),
            Chunks.usage(100, 60, 7)));
    var ear = new Ear();
    var reply = (Answer.Reply) model.answer(HELLO, ear);
    assertThat(reply.content()).isEqualTo(Json.arr(text("Hello wörld 🦆")));
    assertThat(reply.stopReason()).isEqualTo("end_turn");
    assertThat(reply.stopDetails()).isEqualTo(Json.EMPTY);
    assertThat(reply.usage()).isEqualTo(new ModelUsage(40, 7, 60, 0));
    assertThat(ear.heard).containsExactly("0 text", "0: Hello", "0:  wörld 🦆");
  }

  @Test
  void parallelCallsArePutTogetherByTheirNumbers() throws Exception {
    server.script(
        Chunks.stream(
            Chunks.text("I look"),
            Chunks.call(0, "call_a", "bash", ""),
            Chunks.call(1, "call_b", "read", "{\"file_"),
            Chunks.more(0, "{\"command\":"),
            Chunks.more(1, "path\":\"x\",\"n\":1.50}"),
            Chunks.more(0, "\"ls\"}"),
            Chunks.finish("tool_calls")));
    var ear = new Ear();
    var reply = (Answer.Reply) model.answer(HELLO, ear);
    assertThat(reply.stopReason()).isEqualTo("tool_use");
    assertThat(reply.content())
        .isEqualTo(
            Json.arr(
                text("I look"),
                bash("call_a"),
                use("call_b", "read", Json.obj("file_path", "x", "n", new Json.Num("1.50")))));
    assertThat(ear.heard).containsExactly("0 text", "0: I look", "1 tool_use", "2 tool_use");
  }

  @Test
  void aTextAfterACallStaysBehindIt() throws Exception {
    server.script(
        Chunks.stream(
            Chunks.call(0, "call_a", "bash", "{\"command\":\"ls\"}"),
            Chunks.text("So."),
            Chunks.finish("tool_calls")));
    var ear = new Ear();
    var reply = (Answer.Reply) model.answer(HELLO, ear);
    assertThat(reply.content()).isEqualTo(Json.arr(bash("call_a"), text("So.")));
    assertThat(ear.heard).containsExactly("0 tool_use", "1 text", "1: So.");
  }

  @ParameterizedTest
  @CsvSource({
    "stop, end_turn",
    "length, max_tokens",
    "tool_calls, end_turn",
    "function_call, end_turn",
    "eos, end_turn"
  })
  void theReasonToStopIsTranslated(String finish, String reason) throws Exception {
    var reply = reply(Chunks.stream(Chunks.text("Hi"), Chunks.finish(finish)));
    assertThat(reply.stopReason()).isEqualTo(reason);
    assertThat(reply.content()).isEqualTo(Json.arr(text("Hi")));
  }

  @Test
  void callsMeanToolUseWhateverTheServerSays() throws Exception {
    var reply =
        reply(
            Chunks.stream(
                Chunks.call(0, "call_a", "bash", "{\"command\":\"ls\"}"), Chunks.finish("stop")));
    assertThat(reply.stopReason()).isEqualTo("tool_use");
  }

  @Test
  void aCallWithoutArgumentsGetsAnEmptyObject() throws Exception {
    for (var arguments : List.of("", " ", "{}")) {
      var reply =
          reply(
              Chunks.stream(
                  Chunks.call(0, "call_a", "look", arguments), Chunks.finish("tool_calls")));
      assertThat(reply.content()).isEqualTo(Json.arr(use("call_a", "look", Json.EMPTY)));
    }
  }

  @Test
  void argumentsThatAreAnObjectAreTakenAsOne() throws Exception {
    var call =
        Json.obj(
            "index",
            0,
            "id",
            "call_a",
            "function",
            Json.obj("name", "bash", "arguments", Json.obj("command", "ls")));
    assertThat(reply(Chunks.stream(Chunks.calls(call), Chunks.finish("stop"))).content())
        .isEqualTo(Json.arr(bash("call_a")));
  }

  @Test
  void callsWithoutAnIdGetOneEachOfTheirOwn() throws Exception {
    var bare = Json.obj("name", "bash", "arguments", "{}");
    var reply =
        reply(
            Chunks.stream(
                Chunks.calls(Json.obj("index", 0, "function", bare)),
                Chunks.calls(Json.obj("index", 1, "id", null, "function", bare)),
                Chunks.calls(Json.obj("index", 2, "id", "", "function", bare)),
                Chunks.call(3, "same", "bash", "{}"),
                Chunks.call(4, "same", "bash", "{}"),
                Chunks.finish("tool_calls")));
    var ids = reply.content().items().stream().map(use -> ((Json.Obj) use).text("id")).toList();
    assertThat(ids).hasSize(5).doesNotHaveDuplicates().contains("same");
    assertThat(ids).allMatch(id -> String.valueOf(id).matches("same|call_[0-9A-Za-z]{24}"));
  }

  @Test
  void callsThatAreNotNumberedAreToldApartByTheirIdsAndNames() throws Exception {
    var reply =
        reply(
            Chunks.stream(
                Chunks.calls(
                    Json.obj(
                        "id", "a", "function", Json.obj("name", "bash", "arguments", "{\"x\":"))),
                Chunks.calls(Json.obj("function", Json.obj("arguments", "1}"))),
                Chunks.calls(
                    Json.obj("function", Json.obj("name", "read", "arguments", "{\"y\":2}"))),
                Chunks.call(0, "c", "bash", "{}"),
                Chunks.call(0, "d", "bash", "{}"),
                Chunks.finish("tool_calls")));
    assertThat(reply.content().items()).hasSize(4);
    assertThat(reply.content().toString()).contains("{\"x\":1}", "{\"y\":2}", "\"c\"", "\"d\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"command\": \"rm -r", ""})
  void aCallThatTheTokenLimitCutIsDroppedAndTheRestKept(String arguments) throws Exception {
    var reply =
        reply(
            Chunks.stream(
                Chunks.text("First"),
                Chunks.call(0, "call_a", "bash", "{\"command\":\"ls\"}"),
                Chunks.call(1, "call_b", "bash", arguments),
                Chunks.finish("length")));
    assertThat(reply.stopReason()).isEqualTo("max_tokens");
    assertThat(reply.content()).isEqualTo(Json.arr(text("First"), bash("call_a")));
  }

  @Test
  void aRefusalIsOneHoweverTheServerSaysIt() throws Exception {
    var said =
        reply(
            Chunks.stream(
                Chunks.delta(Json.obj("refusal", "I will ")),
                Chunks.delta(Json.obj("refusal", "not.")),
                Chunks.finish("stop")));
    assertThat(said.stopReason()).isEqualTo("refusal");
    assertThat(said.stopDetails())
        .isEqualTo(Json.obj("type", "refusal", "category", null, "explanation", "I will not."));
    var filtered =
        reply(
            Chunks.stream(
                Chunks.text("Take"),
                Chunks.call(0, "call_a", "bash", "{\"com"),
                Chunks.finish("content_filter")));
    assertThat(filtered.stopReason()).isEqualTo("refusal");
    assertThat(filtered.content()).isEqualTo(Json.arr(text("Take")));
    assertThat(filtered.stopDetails().text("explanation")).contains("content filter");
  }

  @Test
  void aStreamMayEndWithoutItsMark() throws Exception {
    var reply = reply(Chunks.open(Chunks.text("Hi"), Chunks.finish("stop")));
    assertThat(reply.content()).isEqualTo(Json.arr(text("Hi")));
    assertThat(reply.usage()).isEqualTo(ModelUsage.NONE);
  }

  @Test
  void aConnectionThatBreaksAfterTheReplyBreaksNothing() throws Exception {
    var heard = new CountDownLatch(1);
    server.script(
        Chunks.open()
            .raw(
                "data:"
                    + " {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n")
            .hold(heard)
            .reset());
    var listener =
        new Listener() {
          @Override
          public void blockStarted(int index, String type) {}

          @Override
          public void text(int index, String delta) {
            heard.countDown();
          }
        };
    var reply = (Answer.Reply) model.answer(HELLO, listener);
    assertThat(reply.content()).isEqualTo(Json.arr(text("Hi")));
  }

  @Test
  void theLastCountOfTokensHoldsAndOddOnesDoNoHarm() throws Exception {
    var nonsense = Json.obj("prompt_tokens", -5, "completion_tokens", "many");
    var reply =
        reply(
            Chunks.stream(
                Chunks.text("Hi").with("usage", Json.obj("prompt_tokens", 10)),
                Chunks.usage(10, 99, 2),
                Chunks.finish("stop").with("usage", nonsense)));
    assertThat(reply.usage()).isEqualTo(new ModelUsage(0, 2, 10, 0));
  }

  @Test
  void countsThatAreNotWholeNumbersCount() throws Exception {
    var odd =
        "{\"prompt_tokens\":1e30,\"completion_tokens\":\"100\","
            + "\"prompt_tokens_details\":{\"cached_tokens\":100.0}}";
    var chunk = Chunks.finish("stop").with("usage", Json.received(odd));
    assertThat(reply(Chunks.stream(Chunks.text("Hi"), chunk)).usage())
        .isEqualTo(new ModelUsage(1_000_000_000_000L - 100, 100, 100, 0));
  }

  @Test
  void whatIsUnknownIsSkipped() throws Exception {
    var reply =
        reply(
            Chunks.open()
                .raw(": a comment\n\n")
                .raw("event: ping\ndata: {\"error\":null,\"choices\":[{\"index\":1,\"delta\":")
                .raw("{\"content\":\"another\"}},7]}\r\n\r\n")
                .raw("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n")
                .raw("data: {\"choices\":[{\"delta\":null,\"finish_reason\":\"stop\"}]}\n\n")
                .raw("data:[DONE]\n\n"));
    assertThat(reply.content()).isEqualTo(Json.arr(text("Hi")));
  }

  @Test
  @Timeout(60)
  void aCallIsHeardOnceItsNameIsKnownAndLongBeforeItsEnd() throws Exception {
    var ear = new CallEar();
    var name = Json.obj("index", 1, "id", "call_b", "function", Json.obj("name", "re"));
    server.script(
        Chunks.open(Chunks.text("I look"), Chunks.call(0, "call_a", "bash", "{\"command\":"))
            .hold(ear.begun)
            .raw("data: " + Chunks.more(0, "\"ls\"}") + "\n\n")
            .raw("data: " + Chunks.calls(name) + "\n\n")
            .raw("data: " + Chunks.calls(name.with("function", NAME_END)) + "\n\n")
            .raw("data: " + Chunks.call(2, "call_c", "invented", "{}") + "\n\n")
            .raw("data: " + Chunks.finish("tool_calls") + "\n\ndata: [DONE]\n\n"));
    var reply = (Answer.Reply) model.answer(offering("bash", "read"), ear);
    assertThat(reply.content().items()).hasSize(4);
    assertThat(ear.heard)
        .containsExactly(
            "0 text",
            "0: I look",
            "1 tool_use",
            "1 calls bash",
            "2 tool_use",
            "2 calls read",
            "3 tool_use");
  }

  @Test
  void aCallOfALongNameIsHeardUnderTheNameThatWasOffered() throws Exception {
    var long100 = "n".repeat(100);
    var ear = new Ear();
    server.script(
        Chunks.stream(
            Chunks.call(0, "call_a", ToolNames.sent(long100), "{}"), Chunks.finish("tool_calls")));
    model.answer(offering(long100), ear);
    assertThat(ear.heard).containsExactly("0 tool_use", "0 calls " + long100);
  }
}
