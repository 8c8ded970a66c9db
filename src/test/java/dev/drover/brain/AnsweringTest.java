package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.RUNNING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Toolset;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Turns that stand still until the client answers.
final class AnsweringTest {
  private static final List<String> REPLY = sequence(List.of("span.model_request_start"), TEXT);

  /// `bash` asks, `write` is judged by `auto`, `read` is allowed, `lookup` is the client's.
  private final Stage stage =
      new Stage(
          List.of(
              new Toolset(
                  Toolset.OPEN,
                  List.of(
                      policy("bash", Toolset.Policy.ALWAYS_ASK),
                      policy("write", Toolset.Policy.AUTO))),
              new CustomTool("lookup", "Looks something up.", Json.obj("type", "object"))));

  private static Toolset.ToolSetting policy(String tool, Toolset.Policy policy) {
    return new Toolset.ToolSetting(tool, new Toolset.Setting(true, policy));
  }

  @BeforeEach
  void hands() {
    stage.hand().does(call -> ToolResult.success("did " + call.name()));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aCallThatAsksWaitsAndRunsWhenAllowed() throws Exception {
    stage.model().thenCalls(call("toolu_1", "bash")).thenText("Done");
    begin();
    assertThat(news())
        .isEqualTo(
            sequence(
                RUNNING,
                List.of(
                    "user.message",
                    "span.model_request_start",
                    "agent.tool_use",
                    "span.model_request_end"),
                CLOSING));
    var use = stage.all(Event.AgentToolUse.class).getFirst();
    assertThat(use.permission()).isEqualTo(Event.Permission.ASKED);
    assertAwaits(use.id());
    assertThat(stage.hand().calls()).isEmpty();
    assertThat(stage.store().eventLog().unfinished()).isEmpty();

    answer(allow(use.id()));
    assertThat(news())
        .isEqualTo(
            sequence(
                List.of("user.tool_confirmation"),
                RUNNING,
                List.of("agent.tool_result"),
                REPLY,
                CLOSING));
    assertThat(lastReason()).isEqualTo(new StopReason.EndTurn());
    assertThat(stage.hand().calls()).extracting(ToolCall::name).containsExactly("bash");
    assertThat(stage.row().progress().usage().inputTokens()).isEqualTo(20);
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
  }

  @Test
  void anInterruptFreesTheMessagesThatAreSentWithIt() throws Exception {
    for (boolean interruptFirst : List.of(true, false)) {
      int before = stage.all(Event.AgentMessage.class).size();
      stage.model().thenCalls(call("toolu_" + interruptFirst, "lookup")).thenText("Done");
      begin();
      var interrupt = new Event.UserInterrupt(stage.interruptId());
      var message = stage.message("never mind");
      if (interruptFirst) {
        stage.receive(interrupt, message);
      } else {
        stage.receive(message, interrupt);
      }
      stage.wake();
      assertThat(lastReason()).isEqualTo(new StopReason.EndTurn());
      assertThat(stage.all(Event.AgentMessage.class)).hasSize(before + 1);
      assertThat(stage.all(Event.AgentToolResult.class).getLast().content().toString())
          .contains("interrupted");
    }
    assertThatThrownBy(
            () -> stage.receive(new Event.UserInterrupt(stage.interruptId()), answerOfNone()))
        .isInstanceOf(Problem.class);
  }

  private Event.FromClient answerOfNone() {
    return new Event.UserCustomToolResult(
        stage.interruptId(), new EventId("sevt_none"), Optional.empty(), Optional.empty());
  }

  @Test
  void aCallThatIsDeniedDoesNotRunAndTheModelIsTold() throws Exception {
    stage.model().thenCalls(call("toolu_1", "write")).thenText("All right");
    begin();
    var use = stage.all(Event.AgentToolUse.class).getFirst();
    assertThat(use.permission()).isEqualTo(Event.Permission.UNDECIDED);
    news();

    answer(deny(use.id(), "not today"));
    assertThat(news())
        .isEqualTo(
            sequence(
                List.of("user.tool_confirmation"),
                RUNNING,
                List.of("agent.tool_result"),
                REPLY,
                CLOSING));
    assertThat(stage.hand().calls()).isEmpty();
    var result = stage.all(Event.AgentToolResult.class).getFirst();
    assertThat(result.isError()).isTrue();
    assertThat(result.content().toString())
        .contains("The user rejected this use of write: not today");
    assertThat(lastPrompt()).contains("not today");
  }

  @Test
  void whatIsAllowedRunsAtOnceAndTheRestIsAnsweredOneByOne() throws Exception {
    stage
        .model()
        .thenCalls(
            call("toolu_1", "bash"),
            call("toolu_2", "read"),
            call("toolu_3", "lookup"),
            call("toolu_4", "bash"))
        .thenText("Done");
    begin();
    assertThat(news())
        .isEqualTo(
            sequence(
                RUNNING,
                List.of(
                    "user.message",
                    "span.model_request_start",
                    "agent.tool_use",
                    "agent.tool_use",
                    "agent.custom_tool_use",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result"),
                CLOSING));
    var first = stage.all(Event.AgentToolUse.class).getFirst().id();
    var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
    var last = stage.all(Event.AgentToolUse.class).getLast().id();
    assertAwaits(first, custom, last);

    answer(result(custom, "found"));
    assertThat(news()).isEqualTo(sequence(List.of("user.custom_tool_result"), CLOSING));
    assertAwaits(first, last);
    answer(allow(last));
    assertThat(news()).isEqualTo(sequence(List.of("user.tool_confirmation"), CLOSING));
    assertAwaits(first);
    assertThat(stage.hand().calls()).extracting(ToolCall::name).containsExactly("read");

    answer(deny(first, null));
    assertThat(news())
        .isEqualTo(
            sequence(
                List.of("user.tool_confirmation"),
                RUNNING,
                List.of("agent.tool_result", "agent.tool_result"),
                REPLY,
                CLOSING));
    assertThat(stage.hand().calls()).extracting(ToolCall::name).containsExactly("read", "bash");
    assertThat(lastPrompt())
        .contains("\"tool_use_id\":\"toolu_3\"", "found", "rejected this use of bash.");
  }

  @Test
  void aResultThatComesBeforeTheTurnStandsStillKeepsItRunning() throws Exception {
    stage.model().thenCalls(call("toolu_1", "read"), call("toolu_2", "lookup")).thenText("Done");
    stage
        .hand()
        .does(
            _ -> {
              var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
              stage.receive(result(custom, "early"));
              return ToolResult.success("slow");
            });
    begin();
    assertThat(news())
        .isEqualTo(
            sequence(
                RUNNING,
                List.of(
                    "user.message",
                    "span.model_request_start",
                    "agent.tool_use",
                    "agent.custom_tool_use",
                    "span.model_request_end",
                    "user.custom_tool_result",
                    "agent.tool_result"),
                REPLY,
                CLOSING));
    assertThat(lastPrompt()).contains("early", "slow");
  }

  @Test
  void anInterruptAnswersWhatIsWaitedForAndEndsTheTurn() throws Exception {
    stage.model().thenCalls(call("toolu_1", "bash"), call("toolu_2", "lookup")).thenText("Hello");
    begin();
    news();
    stage.interrupt();
    stage.wake();
    assertThat(news())
        .isEqualTo(
            sequence(List.of("agent.tool_result", "agent.tool_result", "user.interrupt"), CLOSING));
    assertThat(lastReason()).isEqualTo(new StopReason.EndTurn());
    assertThat(stage.all(Event.AgentToolResult.class))
        .allSatisfy(result -> assertThat(result.content().toString()).contains("interrupted"));
    var use = stage.all(Event.AgentToolUse.class).getFirst().id();
    assertRefused(allow(use), "events.0.tool_use_id: no tool use " + use);

    stage.queue("Again");
    stage.wake();
    assertThat(news()).isEqualTo(sequence(RUNNING, List.of("user.message"), REPLY, CLOSING));
  }

  @Test
  void aMessageThatCameEarlierWaitsForTheAnswers() throws Exception {
    stage
        .model()
        .then(
            (_, _) -> {
              stage.queue("And then?");
              return reply("tool_use", call("toolu_1", "lookup"));
            })
        .thenText("Done");
    begin();
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
    news();
    answer(result(stage.all(Event.AgentCustomToolUse.class).getFirst().id(), "x"));
    assertThat(news())
        .isEqualTo(
            sequence(
                List.of("user.custom_tool_result"),
                RUNNING,
                List.of("user.message"),
                REPLY,
                CLOSING));
    assertThat(lastPrompt()).contains("And then?");
  }

  @Test
  void whatWaitsForNothingIsRefused() throws Exception {
    stage.model().thenCalls(call("toolu_1", "read"), call("toolu_2", "lookup"));
    begin();
    var read = stage.all(Event.AgentToolUse.class).getFirst().id();
    var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
    assertRefused(allow(read), "is waiting for a confirmation");
    assertRefused(allow(custom), "is waiting for a confirmation");
    assertRefused(result(read, "x"), "is waiting for a result");
    assertRefused(allow(new EventId("sevt_01Unknown")), "no tool use sevt_01Unknown");
    assertRefused(
        stage.message("Hello?"),
        "Invalid user.message event at events[0]: waiting on responses to events ["
            + custom
            + "]; only");
    assertThat(stage.store().eventLog().inbox(stage.session()).queued()).isEmpty();
    answer(result(custom, "once"));
    assertRefused(result(custom, "twice"), "no tool use " + custom + " is waiting for a result");
  }

  @Test
  void whatIsSentWithAnAnswerGoesWithIt() throws Exception {
    stage.model().thenCalls(call("toolu_1", "lookup")).thenText("One").thenText("Two");
    begin();
    news();
    var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
    answer(result(custom, "found"), system("Be quick."));
    assertThat(news())
        .isEqualTo(
            sequence(
                List.of("user.custom_tool_result", "system.message"), RUNNING, REPLY, CLOSING));
    assertThat(lastPrompt())
        .contains("{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"Be quick.\"");

    answer(stage.message("And?"), system("Be slow."));
    assertThat(news())
        .isEqualTo(sequence(RUNNING, List.of("user.message", "system.message"), REPLY, CLOSING));
  }

  @Test
  void anAnswerLeftByADeadServerIsFound() throws Exception {
    stage.model().thenCalls(call("toolu_1", "lookup")).thenText("Done");
    begin();
    news();
    var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
    stage.receive(result(custom, "found"));
    assertThat(stage.store().eventLog().unfinished()).containsExactly(stage.session());
    stage.wake();
    assertThat(lastReason()).isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void anAnswerThatCrossesAnInterruptIsTheOnlyOne() throws Exception {
    stage.model().thenCalls(call("toolu_1", "lookup"));
    begin();
    var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
    stage.interrupt();
    stage.receive(result(custom, "just in time"));
    stage.wake();
    assertThat(stage.all(Event.AgentToolResult.class)).isEmpty();
    assertThat(stage.all(Event.UserCustomToolResult.class)).hasSize(1);
    await().until(() -> stage.row().status() == Status.IDLE);
    assertThat(lastReason()).isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void aMessageSentRightAfterAnInterruptIsAnswered() throws Exception {
    stage.model().thenCalls(call("toolu_1", "lookup")).thenText("Done");
    begin();
    var custom = stage.all(Event.AgentCustomToolUse.class).getFirst().id();
    news();
    stage.interrupt();
    stage.receive(stage.message("Do this instead."));
    stage.wake();
    assertThat(lastPrompt()).contains("Do this instead.");
    assertThat(stage.all(Event.UserMessage.class)).hasSize(2);
    assertThat(stage.store().eventLog().inbox(stage.session()).queued()).isEmpty();
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(lastReason()).isEqualTo(new StopReason.EndTurn());
    assertRefused(result(custom, "late"), "no tool use " + custom + " is waiting for a result");
  }

  private int seen;

  private void begin() throws Exception {
    stage.queue("Go");
    stage.wake();
  }

  private void answer(Event.FromClient... events) throws Exception {
    stage.receive(events);
    stage.wake();
  }

  /// What the log shows since the last time.
  private List<String> news() {
    var types = stage.types();
    var news = types.subList(seen, types.size());
    seen = types.size();
    return news;
  }

  private void assertAwaits(EventId... ids) {
    assertThat(lastReason()).isEqualTo(new StopReason.RequiresAction(Arrays.asList(ids)));
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
  }

  private StopReason lastReason() {
    return stage.all(Event.StatusIdle.class).getLast().reason();
  }

  private String lastPrompt() {
    return stage.model().prompts().getLast().messages().toString();
  }

  private void assertRefused(Event.FromClient event, String message) {
    assertThatThrownBy(() -> stage.receive(event))
        .isInstanceOf(Problem.class)
        .hasMessageContaining(message);
  }

  private EventId id() {
    return new EventId(stage.ids().next(EventId.PREFIX));
  }

  private Event.FromClient allow(EventId use) {
    return new Event.UserToolConfirmation(id(), use, true, null);
  }

  private Event.FromClient deny(EventId use, @Nullable String why) {
    return new Event.UserToolConfirmation(id(), use, false, why);
  }

  private Event.FromClient result(EventId use, String text) {
    return new Event.UserCustomToolResult(
        id(), use, Optional.of(Json.arr(textBlock(text))), Optional.empty());
  }

  private Event.FromClient system(String text) {
    return new Event.SystemMessage(id(), Json.arr(textBlock(text)));
  }

  private static Json.Obj call(String id, String tool) {
    return toolUse(id, tool, Json.obj("command", "x"));
  }
}
