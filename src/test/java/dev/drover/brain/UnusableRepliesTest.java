package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.session.Event;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import dev.drover.testing.WireRules;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Replies that are whole and of no use: silence is not success.
final class UnusableRepliesTest {
  private static final Json.Obj THINKING =
      Json.obj("type", "thinking", "thinking", "hm", "signature", "s");
  private static final Json.Obj BASH = toolUse("toolu_1", "bash", Json.obj("command", "x"));

  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage
        .model()
        .prompts()
        .forEach(prompt -> assertThat(WireRules.fault(prompt.messages())).isEmpty());
    stage.close();
  }

  private static Answer.Reply lacking(Answer.Lost lost, String stop, Json... blocks) {
    var content = new Json.Arr(Arrays.asList(blocks));
    var flaws = new Answer.Flaws(Map.of(), lost);
    return new Answer.Reply(content, stop, Json.EMPTY, ScriptedModel.USAGE, flaws);
  }

  static List<Arguments> unusable() {
    return List.of(
        Arguments.of("nothing at all", reply("end_turn"), "neither text nor a tool call"),
        Arguments.of("an empty text", reply("end_turn", textBlock("")), "neither text"),
        Arguments.of("blank lines", reply("end_turn", textBlock("\n\n")), "neither text"),
        Arguments.of(
            "a space that does not break", reply("stop", textBlock("\u00A0")), "neither text"),
        Arguments.of("thinking alone", reply("end_turn", THINKING), "neither text"),
        Arguments.of(
            "thinking and a blank text",
            reply("end_turn", THINKING, textBlock(" \n")),
            "neither text"),
        Arguments.of(
            "redacted thinking alone",
            reply("end_turn", Json.obj("type", "redacted_thinking", "data", "x")),
            "neither text"),
        Arguments.of(
            "a thought that was left in the text",
            reply("end_turn", textBlock("<think>hm</think>")),
            "neither text"),
        Arguments.of(
            "such a thought and blank lines",
            reply("end_turn", textBlock("\n<think>\nhm\n</think>\n\n")),
            "neither text"),
        Arguments.of("a stop for tools without any", reply("tool_use"), "neither text"),
        Arguments.of("a stop sequence at once", reply("stop_sequence"), "neither text"),
        Arguments.of("a pause with nothing in it", reply("pause_turn"), "neither text"),
        Arguments.of(
            "a block that nobody knows", reply("end_turn", Json.obj("type", "hologram")), ""),
        Arguments.of("a text that is no string", reply("end_turn", Json.obj("type", "text")), ""),
        Arguments.of("thinking up to the limit", reply("max_tokens", THINKING), "limit of output"),
        Arguments.of("nothing up to the limit", reply("max_tokens"), "limit of output tokens"),
        Arguments.of(
            "a call that the server could not parse",
            lacking(Answer.Lost.MALFORMED_CALL, "end_turn"),
            "could not be parsed"),
        Arguments.of(
            "a text and a call that the server could not parse",
            lacking(Answer.Lost.MALFORMED_CALL, "tool_use", textBlock("Let me see.")),
            "could not be parsed"),
        Arguments.of(
            "a call as words",
            reply("end_turn", textBlock("<tool_call>\n{\"name\":\"bash\"}\n</tool_call>")),
            "written as text"),
        Arguments.of(
            "a call that was cut",
            lacking(Answer.Lost.CUT_CALL, "max_tokens"),
            "in the middle of a tool call"),
        Arguments.of(
            "a text and a call that was cut",
            lacking(Answer.Lost.CUT_CALL, "max_tokens", textBlock("I write.")),
            "in the middle of a tool call"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusable")
  void theModelIsAskedAgainWithANote(String name, Answer.Reply reply, String note)
      throws Exception {
    stage.model().then((_, _) -> reply).thenText("done").thenText("more");
    stage.queue("Hi");
    stage.wake();
    stage.queue("again");
    stage.wake();

    assertThat(stage.all(Event.StatusIdle.class))
        .extracting(Event.StatusIdle::reason)
        .containsOnly(new StopReason.EndTurn());
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.all(Event.UserMessage.class)).hasSize(2);
    var prompts = stage.model().prompts();
    assertThat(prompts).hasSize(3);
    for (var later : prompts.subList(1, 3)) {
      assertThat(later.messages().toString()).containsOnlyOnce("not from the user").contains(note);
    }
    var second = plain(prompts.get(1).messages());
    assertThat(plain(prompts.get(2).messages()))
        .startsWith(second.substring(0, second.length() - 3));
    assertThat(stage.row().progress().usage().outputTokens())
        .isEqualTo(3 * ScriptedModel.USAGE.outputTokens());
  }

  private static String plain(Json.Arr messages) {
    return messages.toString().replace(",\"cache_control\":{\"type\":\"ephemeral\"}", "");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusable")
  void severalInARowEndTheTurnWithAnErrorAndTheSessionGoesOn(
      String name, Answer.Reply reply, String note) throws Exception {
    IntStream.range(0, 3).forEach(_ -> stage.model().then((_, _) -> reply));
    stage.model().thenText("back");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());
    var error = stage.all(Event.Failed.class).getLast().error();
    assertThat(error.retry()).isEqualTo(SessionError.Retry.EXHAUSTED);
    assertThat(error.message()).contains("3 replies in a row", note);
    assertThat(error.type())
        .isEqualTo(
            reply.flaws().lost() == Answer.Lost.CUT_CALL
                ? SessionError.Type.TOOL_USE_LIMIT_REACHED
                : SessionError.Type.MODEL_REQUEST_FAILED);

    stage.queue("again");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void onlyRepliesInARowCount() throws Exception {
    for (int i = 0; i < 4; i++) {
      var id = "toolu_" + i;
      stage
          .model()
          .thenReply("end_turn")
          .thenReply("end_turn", THINKING)
          .thenCalls(toolUse(id, "bash", Json.EMPTY));
    }
    stage.model().thenText("done");
    stage.hand().does(call -> ToolResult.success(call.name()));
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.model().prompts()).hasSize(13);
  }

  @Test
  void callsThatAreWholeRunAndTheNoteComesAfterTheirResults() throws Exception {
    stage
        .model()
        .then((_, _) -> lacking(Answer.Lost.CUT_CALL, "max_tokens", textBlock("a"), BASH))
        .thenText("done");
    stage.hand().does(call -> ToolResult.success("ran"));
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().calls()).hasSize(1);
    assertThat(stage.model().prompts().getLast().messages().items().getLast().toString())
        .matches(".*tool_result.*ran.*in the middle of a tool call.*");
  }

  @Test
  void aTextThatWasCutAtItsLimitEndsTheTurn() throws Exception {
    stage.model().thenReply("max_tokens", textBlock("Once upon"));
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.EndTurn());
    assertThat(stage.model().prompts()).hasSize(1);
  }

  @Test
  void anEmptyRefusalIsARefusal() throws Exception {
    stage.model().thenReply("refusal");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isInstanceOf(StopReason.Refusal.class);
  }

  @Test
  void aBlankReplyIsNoMessage() throws Exception {
    stage.model().thenReply("end_turn", textBlock("\u200B")).thenText("yes");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
  }

  @Test
  void aMessageThatCameMeanwhileIsShownWithTheNote() throws Exception {
    stage
        .model()
        .then(
            (_, _) -> {
              stage.queue("and this");
              return reply("end_turn");
            })
        .thenText("both");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.model().prompts().getLast().messages().items().getLast().toString())
        .matches(".*Hi.*not from the user.*and this.*");
  }

  @Test
  void anInterruptEndsTheAskingAgain() throws Exception {
    var begun = new CountDownLatch(1);
    stage.model().thenReply("end_turn").thenStall(begun).thenText("new");
    stage.send(stage.message("Hi"));
    begun.await();
    stage.send(new Event.UserInterrupt(stage.interruptId()));
    stage.send(stage.message("something else"));
    await().until(() -> stage.all(Event.StatusIdle.class).size() == 2);
    assertThat(stage.all(Event.AgentMessage.class)).hasSize(1);
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
  }
}
