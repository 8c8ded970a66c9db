package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.model.Answer;
import dev.drover.model.Answer.Lost;
import dev.drover.model.Listener;
import dev.drover.model.http.FakeBody;
import dev.drover.session.ModelUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// When a reply is over, and how it ended.
final class ChatEndTest extends ChatWireCase {
  private static final String HELLO = deltas("{\"content\":\"Hello\"}");
  private static final String CALL =
      deltas(
          "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"bash\","
              + "\"arguments\":\"{\\\"x\\\":1}\"}}]}");
  private static final String HALF =
      deltas(
          "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"bash\","
              + "\"arguments\":\"{\\\"x\\\":\"}}]}");

  @ParameterizedTest
  @ValueSource(strings = {"", DONE, "data: [DONE]"})
  void aReplyThatIsWholeNeedsNoReason(String end) throws Exception {
    assertThat(shown(reply(HELLO + end))).isEqualTo("Hello");
    assertThat(reply(HELLO + end).stopReason()).isEqualTo("end_turn");
    assertThat(shown(reply(CALL + end))).isEqualTo("bash{\"x\":1}");
    assertThat(reply(CALL + end).stopReason()).isEqualTo("tool_use");
    assertThat(reply(HELLO + CALL + end).stopReason()).isEqualTo("tool_use");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"\"", "\"null\"", "7"})
  void aReasonThatSaysNothingIsNone(String reason) throws Exception {
    var chunk = choices("{\"delta\":{},\"finish_reason\":" + reason + "}");
    assertThat(reply(CALL + chunk + DONE).stopReason()).isEqualTo("tool_use");
    assertThat(answer(HALF + chunk)).isInstanceOf(Answer.Failure.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Internal Server Error\n",
        "<html><title>502 Bad Gateway</title></html>\n",
        "<html>\n<body>\n502: down\n</body></html>",
        "error: {\"code\":500,\"message\":\"down\"}\n\n",
      })
  void anErrorPageInTheMiddleIsNoCleanEnd(String page) throws Exception {
    assertThat(answer(HELLO + page)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(CALL + page)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(HELLO + page + DONE)).isInstanceOf(Answer.Failure.class);
  }

  @Test
  void anErrorThatSaysNothingIsNone() throws Exception {
    for (var error : new String[] {"0", "null", "{}", "{\"code\":null,\"message\":null}", "[]"}) {
      var chunk =
          "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}],\"error\":%s}\n\n"
              .formatted(error);
      assertThat(shown(reply(chunk + DONE))).isEqualTo("Hello");
    }
  }

  @Test
  void aCallInBothFormsRunsOnce() throws Exception {
    var old = "{\"function_call\":{\"name\":\"bash\",\"arguments\":\"{\\\"x\\\":1}\"}}";
    assertThat(shown(reply(deltas(old) + CALL + DONE))).isEqualTo("bash{\"x\":1}");
    assertThat(shown(reply(deltas(old) + DONE))).isEqualTo("bash{\"x\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: Error: upstream died",
        "data: <html><title>502 Bad Gateway</title></html>",
        "data: upstream connect error or disconnect",
      })
  void wordsThatAreNoReplyAndThenTheMarkAreNoEnd(String words) throws Exception {
    var failure = (Answer.Failure) answer(HELLO + words + "\n\n" + DONE);
    assertThat(failure.message()).contains(words.replaceAll("data: |<[^>]*>", "").substring(0, 5));
    var finish = choices("{\"delta\":{},\"finish_reason\":\"stop\"}");
    assertThat(shown(reply(HELLO + finish + words + "\n\n" + DONE))).isEqualTo("Hello");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"message\":\"late\"}}",
        "{\"detail\":\"late\"}",
        "{\"internalServerException\":{\"message\":\"late\"}}",
      })
  void anErrorAfterTheReasonBreaksNothing(String error) throws Exception {
    var finish = choices("{\"delta\":{},\"finish_reason\":\"stop\"}");
    var late = "data: " + error + "\n\n";
    assertThat(shown(reply(HELLO + finish + late + DONE))).isEqualTo("Hello");
    assertThat(((Answer.Failure) answer(HELLO + late + finish + DONE)).message())
        .contains(", then an error: ")
        .endsWith("late");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":null,\"base_resp\":{\"status_code\":1008,\"status_msg\":\"no funds\"}}",
        "{\"base_resp\":{\"status_code\":1008,\"status_msg\":\"no funds\"}}",
        "{\"modelStreamErrorException\":{\"message\":\"no funds\"}}",
        "{\"validationException\":\"no funds\"}",
        "{\"code\":\"InternalError\",\"message\":\"no funds\",\"request_id\":\"r\"}",
        "{\"message\":\"no funds\"}",
        "{\"success\":false,\"errors\":[{\"code\":7,\"message\":\"no funds\"}]}",
        "{\"ok\":false,\"msg\":\"no funds\",\"code\":401}",
        "{\"detail\":[{\"msg\":\"no funds\"}]}",
      })
  void anErrorInTheShapeOfAnotherApiIsOne(String error) throws Exception {
    assertThat(((Answer.Failure) answer("data: " + error + "\n\n" + DONE)).message())
        .contains("no funds");
    assertThat(answer(HELLO + "data: " + error + "\n\n")).isInstanceOf(Answer.Failure.class);
    assertThat(answer(CALL + "data: " + error + "\n\n")).isInstanceOf(Answer.Failure.class);
    var fine = "{\"base_resp\":{\"status_code\":0,\"status_msg\":\"\"}}";
    assertThat(shown(reply(HELLO + "data: " + fine + "\n\n" + DONE))).isEqualTo("Hello");
  }

  @Test
  void anEndInTheMiddleIsNone() throws Exception {
    assertThat(answer(HALF)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(HELLO + HALF)).isInstanceOf(Answer.Failure.class);
    assertThat(answer("")).isInstanceOf(Answer.Failure.class);
    assertThat(answer(DONE)).isInstanceOf(Answer.Failure.class);
    assertThat(answer(deltas("{\"role\":\"assistant\"}"))).isInstanceOf(Answer.Failure.class);
    assertThat(answer(deltas("{\"reasoning_content\":\"Hm\"}"))).isInstanceOf(Answer.Failure.class);
    assertThat(answer(deltas("{\"content\":\"x\\ud83d\"}"))).isInstanceOf(Answer.Failure.class);
  }

  @Test
  void anEndThatIsNotKnownToBeOneNeedsAMark() throws Exception {
    var replies = replies(Listener.DEAF);
    assertThat(FakeBody.stream(HELLO).unmeasured().read(replies))
        .isInstanceOf(Answer.Failure.class);
    assertThat(FakeBody.stream(HELLO).cutAfter(HELLO.length()).read(replies))
        .isInstanceOf(Answer.Failure.class);
    assertThat(FakeBody.stream(HELLO + "data: timed out\n\n").read(replies))
        .isInstanceOfSatisfying(
            Answer.Failure.class,
            failure -> assertThat(failure.message()).endsWith("finish_reason: timed out"));
    for (var end : new String[] {DONE, STOP}) {
      assertThat(FakeBody.stream(HELLO + end).unmeasured().read(replies))
          .isInstanceOf(Answer.Reply.class);
      var all = HELLO + end;
      assertThat(FakeBody.stream(all).cutAfter(all.length()).read(replies))
          .isInstanceOf(Answer.Reply.class);
    }
  }

  @Test
  void usageAfterTheReasonIsCounted() throws Exception {
    var usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n";
    assertThat(reply(HELLO + STOP + usage).usage()).isEqualTo(new ModelUsage(7, 3, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "stop, tool_use, NOTHING",
    "tool_calls, tool_use, NOTHING",
    "something_new, tool_use, NOTHING",
    "length, max_tokens, NOTHING",
    "MAX_TOKENS, max_tokens, NOTHING",
    "model_length, max_tokens, NOTHING",
    "content_filter, refusal, NOTHING",
    "SAFETY, refusal, NOTHING",
    "MALFORMED_FUNCTION_CALL, tool_use, MALFORMED_CALL",
    "function_call_filter: MALFORMED_FUNCTION_CALL, tool_use, MALFORMED_CALL",
    "UNEXPECTED_TOOL_CALL, tool_use, MALFORMED_CALL"
  })
  void aReasonIsTranslatedWhoeverItsWordIsFrom(String word, String reason, Lost lost)
      throws Exception {
    var reply = reply(CALL + choices("{\"delta\":{},\"finish_reason\":\"" + word + "\"}") + DONE);
    assertThat(reply.stopReason()).isEqualTo(reason);
    assertThat(reply.flaws().lost()).isEqualTo(lost);
  }

  @Test
  void aMalformedCallAloneIsSaidToBeLost() throws Exception {
    var end = choices("{\"delta\":{},\"finish_reason\":\"malformed_function_call\"}");
    var reply = reply(deltas("{\"content\":\"\"}") + end + DONE);
    assertThat(reply.content().items()).isEmpty();
    assertThat(reply.flaws().lost()).isEqualTo(Lost.MALFORMED_CALL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tool_calls | {}",
        "tool_calls | {'tool_calls':[]}",
        "tool_calls | {'tool_calls':null}",
        "tool_calls | {'tool_calls':['bash']}",
        "function_call | {'function_call':null}",
        "tool_use | {}",
        "TOOL_CALLS | {'content':''}"
      })
  void aReasonThatNamesACallThatNeverCameIsALostCall(String word, String delta) throws Exception {
    var end = "\"finish_reason\":\"" + word + "\"}";
    var last = "{\"delta\":" + delta.replace('\'', '"') + ",";
    var reply = reply(HELLO + choices(last + end) + DONE);
    assertThat(shown(reply)).isEqualTo("Hello");
    assertThat(reply.stopReason()).isEqualTo("end_turn");
    assertThat(reply.flaws().lost()).isEqualTo(Lost.MALFORMED_CALL);
    assertThat(reply(choices(last + end) + DONE).flaws().lost()).isEqualTo(Lost.MALFORMED_CALL);
    assertThat(reply(CALL + choices(last + end) + DONE).flaws()).isEqualTo(Answer.Flaws.NONE);
  }

  @Test
  void aCallThatTheLimitCutIsLeftOutAndSaidToBeLost() throws Exception {
    var length = choices("{\"delta\":{},\"finish_reason\":\"length\"}");
    var reply = reply(HELLO + HALF + length + DONE);
    assertThat(shown(reply)).isEqualTo("Hello");
    assertThat(reply.stopReason()).isEqualTo("max_tokens");
    assertThat(reply.flaws().lost()).isEqualTo(Lost.CUT_CALL);
  }

  @Test
  void aCallThatCannotBeReadStandsThereWithWhatIsWrong() throws Exception {
    for (var end : new String[] {STOP, DONE}) {
      var reply = reply(HELLO + HALF + end);
      assertThat(shown(reply)).isEqualTo("Hello bash{}");
      assertThat(reply.flaws().unreadable().get(1)).contains("{\"x\":");
      assertThat(reply.flaws().lost()).isEqualTo(Lost.NOTHING);
    }
  }
}
