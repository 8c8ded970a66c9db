package dev.drover.model.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.model.Answer.Kind;
import dev.drover.model.Listener;
import dev.drover.model.Prompt;
import dev.drover.model.http.Timeouts;
import dev.drover.testing.Chunks;
import dev.drover.testing.Script;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A refusal that names a parameter is answered by asking again without it, and is remembered.
final class ChatRefusalTest extends ChatCase {
  private static Script refusal(String message) {
    return Script.body(
        400, "application/json", Json.obj("error", Json.obj("message", message)).toString());
  }

  private static Script hi() {
    return Chunks.stream(Chunks.text("Hi"), Chunks.finish("stop"));
  }

  private Answer ask(String model) throws InterruptedException {
    return this.model.answer(HELLO.forModel(model), Listener.DEAF);
  }

  private Json.Obj sent(int number) throws InterruptedException {
    return server.request(number).body();
  }

  @Test
  void aParameterThatAServerRefusesIsLeftOutOnceAndForAll() throws Exception {
    server.script(refusal("Unrecognized request argument supplied: stream_options"), hi(), hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests()).hasSize(3);
    assertThat(sent(1).fields()).containsKey("stream_options");
    assertThat(sent(2).fields()).doesNotContainKey("stream_options");
    assertThat(sent(3)).isEqualTo(sent(2));
  }

  @Test
  void anotherModelOfTheServerIsAskedAsEver() throws Exception {
    server.script(refusal("Unknown parameter: stream_options"), hi(), hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(ask("b")).isInstanceOf(Answer.Reply.class);
    assertThat(sent(3).fields()).containsKey("stream_options");
  }

  @Test
  void severalParametersAreLeftOutOneAfterTheOther() throws Exception {
    server.script(
        refusal("Unknown parameter: stream_options"),
        refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        hi(),
        hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(sent(4))
        .hasToString(
            "{\"model\":\"a\",\"max_completion_tokens\":1024,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":true}");
    assertThat(sent(4)).isEqualTo(sent(3));
  }

  @Test
  void aServerThatRefusesWhateverComesIsAskedAFewTimesAtMost() throws Exception {
    server.otherwise(
        request ->
            refusal(
                "Unsupported parameters: " + String.join(", ", request.body().fields().keySet())));
    var failure = failed(ask("a"));
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    assertThat(server.requests()).hasSizeLessThanOrEqualTo(5);
    assertThat(server.requests())
        .allSatisfy(
            request ->
                assertThat(request.body().fields()).containsKeys("model", "messages", "stream"));
    server.otherwise(_ -> hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests().getLast().body().fields()).containsKey("stream_options");
  }

  @Test
  void aRefusalThatNamesTheSameAgainIsTheLast() throws Exception {
    server.otherwise(_ -> refusal("Unknown parameter: stream_options"));
    assertThat(failed(ask("a")).message()).contains("stream_options");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void theOrderOfRolesAndIdsAreLearnedTogether() throws Exception {
    var prompt =
        new Prompt(
            "mistral",
            1024,
            Optional.empty(),
            Json.arr(Json.obj("type", "text", "text", "Be brief")),
            new Json.Arr(List.of()),
            (Json.Arr)
                Json.trusted(
                    """
                    [{"role": "user", "content": "Go"},
                     {"role": "assistant", "content": [
                       {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}]},
                     {"role": "user", "content": [
                       {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ran"},
                       {"type": "text", "text": "And?"}]}]
                    """));
    server.script(
        refusal("Tool call id was toolu_1 but must be a-z, A-Z, 0-9, with a length of 9."),
        refusal("Unexpected role 'user' after role 'tool'"),
        refusal("System role not supported"),
        hi(),
        hi());
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests()).hasSize(5);
    assertThat(sent(5)).isEqualTo(sent(4));
    assertThat(sent(4).items("messages").toString())
        .doesNotContain("toolu_1", "system")
        .contains("Be brief\\n\\nGo", "OK.");
  }

  @Test
  void aRequestWithoutTheRefusedOrderIsNotMadeAgain() throws Exception {
    server.otherwise(_ -> refusal("Unexpected role 'user' after role 'tool'"));
    assertThat(failed(ask("a")).message()).contains("Unexpected role");
    assertThat(server.requests()).hasSize(1);
    server.otherwise(_ -> refusal("'NoneType' object is not subscriptable"));
    assertThat(failed(ask("a")).message()).contains("NoneType");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aRefusalOfTheRequestItselfIsFinalAtOnce() throws Exception {
    for (var message : List.of("model a is unknown", "messages: not supported", "no", "")) {
      server.script(refusal(message));
      assertThat(failed(ask("a")).kind()).isEqualTo(Kind.REJECTED);
    }
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void aRefusalBehindA200IsAnsweredToo() throws Exception {
    var error = "{\"error\":{\"code\":400,\"message\":\"Unknown parameter: stream_options\"}}";
    server.script(Script.body(200, "application/json", error), hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    server.script(Chunks.open().raw("data: " + error + "\n\n"), hi());
    assertThat(ask("b")).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests()).hasSize(4);
  }

  @Test
  void aReplyThatHasBegunIsNotAskedForAgain() throws Exception {
    var error = "{\"error\":{\"code\":400,\"message\":\"Unknown parameter: stream_options\"}}";
    server.script(Chunks.open(Chunks.text("Half")).raw("data: " + error + "\n\n"));
    assertThat(failed(ask("a")).kind()).isEqualTo(Kind.REJECTED);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aReplyLimitThatIsTooHighIsLoweredToWhatThereIsRoomForAndNotRemembered() throws Exception {
    server.script(
        refusal(
            "'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum"
                + " context length is 1024 tokens and your request has 25 input tokens (1024 >"
                + " 1024 - 25)."),
        hi(),
        hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(sent(2).number("max_tokens", 0)).isEqualTo(999);
    assertThat(sent(3).number("max_tokens", 0)).isEqualTo(1024);
  }

  @Test
  void aModelsOwnReplyLimitIsRemembered() throws Exception {
    server.script(
        refusal("max_tokens is too large: 1024. This model supports at most 512 completion tokens"),
        hi(),
        hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    assertThat(sent(2).number("max_tokens", 0)).isEqualTo(512);
    assertThat(sent(3).number("max_tokens", 0)).isEqualTo(512);
  }

  @Test
  void aReplyLimitForWhichThereIsNoNumberNamesTheSetting() throws Exception {
    var failure =
        failure(
            refusal(
                "This model's maximum context length is 1024 tokens. However, you requested 1049"
                    + " tokens (25 in the messages, 1024 in the completion)."));
    assertThat(server.requests()).hasSize(2); // asked for 999, and refused once more
    assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
    server.script(refusal("max_tokens: 1024 > 2048, which is the maximum"));
    assertThat(failed(ask("a")).message()).endsWith("lower model_settings.MODEL.max_tokens");
  }

  @Test
  void anEmptyContentTakesThePlaceOfNullWhereNullIsRefused() throws Exception {
    var prompt =
        new Prompt(
            "a",
            1024,
            Optional.of("high"),
            Json.arr(),
            Json.arr(),
            Json.arr(
                Json.obj("role", "user", "content", "Go"),
                Json.obj("role", "assistant", "content", Json.arr(use("c", "f", Json.EMPTY))),
                Json.obj(
                    "role",
                    "user",
                    "content",
                    Json.arr(
                        Json.obj("type", "tool_result", "tool_use_id", "c", "content", "ok")))));
    server.otherwise(
        request ->
            request.body().toString().contains("\"content\":null")
                ? refusal("'content' field must be a string or an array of objects.")
                : request.body().fields().containsKey("reasoning_effort")
                    ? refusal("a does not support thinking")
                    : hi());
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests()).hasSizeLessThanOrEqualTo(4);
    assertThat(server.requests().getLast().body().items("messages").get(1).toString())
        .doesNotContain("null");
  }

  /// A reply with thoughts, and the prompt that gives it back.
  private Prompt thinking(String field) throws InterruptedException {
    server.script(
        Chunks.stream(
            Chunks.delta(Json.obj(field, "Hm")), Chunks.text("Hi"), Chunks.finish("stop")));
    if (!(ask("a") instanceof Answer.Reply reply)) {
      throw new AssertionError("no reply");
    }
    return prompt(
            Json.obj("role", "user", "content", "Go"),
            Json.obj("role", "assistant", "content", reply.content()),
            Json.obj("role", "user", "content", "On"))
        .forModel("a");
  }

  @Test
  void thoughtsThatAServerRefusesToTakeBackAreLeftOutOnceAndForAll() throws Exception {
    var prompt = thinking("reasoning_content");
    server.script(refusal("property 'reasoning_content' is unsupported"), hi(), hi());
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(server.requests()).hasSize(4);
    assertThat(sent(2).toString()).contains("\"reasoning_content\":\"Hm\"");
    assertThat(sent(3).toString()).doesNotContain("reasoning_content").contains("\"Hi\"");
    assertThat(sent(4)).isEqualTo(sent(3));
  }

  @Test
  void thoughtsGoBackInTheFieldThatAServerMisses() throws Exception {
    var prompt = thinking("reasoning");
    server.script(
        refusal("Missing `reasoning_content` field in the assistant message at message index 1"),
        hi(),
        hi());
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(model.answer(prompt, Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    assertThat(sent(2).toString()).contains("\"reasoning\":\"Hm\"");
    assertThat(sent(3).toString())
        .contains("\"reasoning_content\":\"Hm\"")
        .doesNotContain("\"reasoning\":");
    assertThat(sent(4)).isEqualTo(sent(3));
  }

  @Test
  void whatIsRememberedEndsWithTheModelsServer() throws Exception {
    server.script(refusal("Unknown parameter: stream_options"), hi(), hi());
    assertThat(ask("a")).isInstanceOf(Answer.Reply.class);
    try (var other = at(server.uri().toString(), Timeouts.DEFAULT)) {
      assertThat(other.answer(HELLO.forModel("a"), Listener.DEAF)).isInstanceOf(Answer.Reply.class);
    }
    assertThat(sent(3).fields()).containsKey("stream_options");
  }
}
