package dev.drover.model.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Answer.Lost;
import dev.drover.model.Listener;
import dev.drover.model.http.FakeBody;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When a reply is over, how it ended, and what of it cannot be used.
final class MessagesEndTest extends MessagesWireCase {
  private static final String HELLO = START + events("0+text", "0'Hello'", "0-");
  private static final String CALL = events("1+bash", "1{'x':1}", "1-");
  private static final String HALF = events("1+bash", "1{'x':");

  @ParameterizedTest
  @ValueSource(strings = {"", "data: [DONE]\n\n", "data: {\"type\":\"message_stop\"}"})
  void aReplyThatIsWholeNeedsNoReason(String end) throws Exception {
    assertThat(shown(reply(HELLO + end))).isEqualTo("Hello");
    assertThat(reply(HELLO + end).stopReason()).isEqualTo("end_turn");
    assertThat(shown(reply(HELLO + CALL + end))).isEqualTo("Hello bash{\"x\":1}");
    assertThat(reply(HELLO + CALL + end).stopReason()).isEqualTo("tool_use");
  }

  @Test
  void aReasonIsAnEndEvenIfNothingFollowsIt() throws Exception {
    var all = HELLO + CALL + reason("tool_use");
    assertThat(shown(reply(all))).isEqualTo("Hello bash{\"x\":1}");
    assertThat(FakeBody.stream(all).cutAfter(all.length()).read(replies(Listener.DEAF)))
        .isInstanceOf(Answer.Reply.class);
    assertThat(shown(reply(all + DONE))).isEqualTo("Hello bash{\"x\":1}");
  }

  @Test
  void anEndInTheMiddleIsNone() throws Exception {
    assertThat(answer("")).isInstanceOf(Answer.Failure.class);
    assertThat(answer(START)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(START + STOP)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(DONE)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(START + events("0+text", "0'Hel'"))).isInstanceOf(Answer.Failure.class);
    assertThat(answer(HELLO + HALF)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(HELLO + events("1+bash"))).isInstanceOf(Answer.Failure.class);
    assertThat(answer(START + events("0+thinking", "0(hm)", "0-")))
        .isInstanceOf(Answer.Failure.class);
    assertThat(FakeBody.stream(HELLO).unmeasured().read(replies(Listener.DEAF)))
        .isInstanceOf(Answer.Failure.class);
    assertThat(FakeBody.stream(HELLO).cutAfter(HELLO.length()).read(replies(Listener.DEAF)))
        .isInstanceOf(Answer.Failure.class);
  }

  @ParameterizedTest
  @CsvSource({
    "end_turn, end_turn, NOTHING",
    "pause_turn, pause_turn, NOTHING",
    "max_tokens, max_tokens, NOTHING",
    "model_context_window_exceeded, model_context_window_exceeded, NOTHING",
    "length, max_tokens, NOTHING",
    "stop, tool_use, NOTHING",
    "tool_calls, tool_use, NOTHING",
    "MALFORMED_FUNCTION_CALL, tool_use, MALFORMED_CALL",
    "content_filter, refusal, NOTHING"
  })
  void aReasonIsTheApisWhoeverItsWordIsFrom(String word, String reason, Lost lost)
      throws Exception {
    var reply = reply(HELLO + CALL + reason(word) + STOP);
    assertThat(reply.stopReason()).isEqualTo(reason);
    assertThat(reply.flaws().lost()).isEqualTo(lost);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tool_use", "tool_calls", "function_call", "TOOL_USE"})
  void aReasonThatNamesACallThatNeverCameIsALostCall(String word) throws Exception {
    for (var stream : new String[] {HELLO, START}) {
      var reply = reply(stream + reason(word) + STOP);
      assertThat(shown(reply)).isEqualTo(stream.equals(START) ? "" : "Hello");
      assertThat(reply.stopReason()).isEqualTo("end_turn");
      assertThat(reply.flaws().lost()).isEqualTo(Lost.MALFORMED_CALL);
    }
    assertThat(reply(HELLO + CALL + reason(word) + STOP).flaws()).isEqualTo(Answer.Flaws.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"max_tokens", "model_context_window_exceeded"})
  void aCallThatTheLimitCutIsLeftOutAndSaidToBeLost(String reason) throws Exception {
    for (var cut : new String[] {HALF, events("1+bash")}) {
      var reply = reply(HELLO + cut + reason(reason) + STOP);
      assertThat(shown(reply)).isEqualTo("Hello");
      assertThat(reply.flaws().lost()).isEqualTo(Lost.CUT_CALL);
    }
  }

  @Test
  void aCallThatCannotBeReadStandsThereWithWhatIsWrong() throws Exception {
    var bad = events("1+bash", "1{'x':'\\x'}", "1-");
    var reply = reply(HELLO + bad + reason("tool_use") + STOP);
    assertThat(shown(reply)).isEqualTo("Hello bash{}");
    assertThat(reply.flaws().unreadable().get(1)).contains("{\"x\":\"\\x\"}");
  }

  @Test
  void aWholeReplyWithoutAStreamIsTaken() throws Exception {
    var body =
        "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":"
            + "\"Hello\"},{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"bash\",\"input\":"
            + "{\"x\":1}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":5,"
            + "\"output_tokens\":3}}";
    for (var stream : new String[] {body, event(body)}) {
      var reply = reply(stream);
      assertThat(shown(reply)).isEqualTo("Hello bash{\"x\":1}");
      assertThat(reply.stopReason()).isEqualTo("tool_use");
      assertThat(reply.usage().outputTokens()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"Hello\"",
        "{\"type\":\"text\",\"text\":\"Hello\"}",
        "[\"Hello\"]",
        "[{\"type\":\"text\",\"text\":\"Hello\"},[],7,\"\"]"
      })
  void theContentOfAWholeMessageIsReadInAnyForm(String content) throws Exception {
    var message = "\"role\":\"assistant\",\"content\":" + content;
    var whole = "{\"type\":\"message\"," + message + ",\"stop_reason\":\"end_turn\"}";
    var start = event("{\"type\":\"message_start\",\"message\":{" + message + "}}");
    for (var stream : new String[] {whole, event(whole), start + reason("end_turn") + STOP}) {
      assertThat(shown(reply(stream))).isEqualTo("Hello");
      assertThat(reply(stream).flaws()).isEqualTo(Answer.Flaws.NONE);
    }
    assertThat(shown(reply(start + CALL + reason("tool_use") + STOP)))
        .isEqualTo("Hello bash{\"x\":1}");
  }

  @Test
  void charactersThatAreCutInTwoAreJoined() throws Exception {
    var heard = new ArrayList<String>();
    var listener =
        new Listener() {
          @Override
          public void blockStarted(int index, String type) {}

          @Override
          public void text(int index, String delta) {
            heard.add(delta);
          }
        };
    var high = "\\ud83d";
    var low = "\\ude00";
    var stream =
        START
            + events("0+thinking")
            + part(0, "thinking_delta", "thinking", high)
            + part(0, "thinking_delta", "thinking", low)
            + events("0-", "1+text")
            + part(1, "text_delta", "text", "x" + high)
            + event("{\"type\":\"ping\"}")
            + part(1, "text_delta", "text", low + "y" + high)
            + events("1-", "2+bash")
            + part(2, "input_json_delta", "partial_json", "{\\\"x\\\":\\\"" + high)
            + part(2, "input_json_delta", "partial_json", low + "\\\"}")
            + events("2-")
            + STOP;
    var answer = FakeBody.stream(stream).read(replies(listener), 1);
    assertThat(shown((Answer.Reply) answer)).isEqualTo("(😀) x😀y\uFFFD bash{\"x\":\"😀\"}");
    assertThat(String.join("|", heard)).isEqualTo("x|😀y");
  }

  private static String part(int index, String type, String key, String text) {
    return event(
        "{\"type\":\"content_block_delta\",\"index\":"
            + index
            + ",\"delta\":{\"type\":\""
            + type
            + "\",\""
            + key
            + "\":\""
            + text
            + "\"}}");
  }
}
