package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.catalog.Toolset;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Given scripted replies, expect events: the sequences of the protocol, event by event.
final class TurnTest {
  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aTextTurn() throws Exception {
    stage.model().thenText("Hello");
    stage.queue("Hi");
    stage.wake();

    assertThat(stage.types())
        .isEqualTo(sequence(OPENING, List.of("agent.message", "span.model_request_end"), CLOSING));
    assertThat(stage.all(Event.AgentMessage.class).getFirst().content())
        .isEqualTo(Json.arr(textBlock("Hello")));
    assertThat(stage.all(Event.StatusIdle.class).getFirst().reason())
        .isEqualTo(new StopReason.EndTurn());
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(stage.row().progress().usage().inputTokens()).isEqualTo(10);
    assertThat(stage.row().progress().usage())
        .isEqualTo(stage.all(Event.UsageReported.class).getFirst().usage());
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
    assertThat(stage.hand().calls()).isEmpty();
  }

  @Test
  void aTurnWithThreeToolsTwoOfThemParallel() throws Exception {
    var both = new CountDownLatch(2);
    stage
        .model()
        .thenReply(
            "tool_use",
            textBlock("Looking."),
            toolUse("toolu_1", "bash", Json.obj("command", "one")),
            toolUse("toolu_2", "read", Json.obj("file_path", "two")))
        .thenCalls(toolUse("toolu_3", "glob", Json.obj("pattern", "*")))
        .thenText("Done");
    stage
        .hand()
        .does(
            call -> {
              if (!call.name().equals("glob")) {
                both.countDown();
                both.await();
              }
              return call.name().equals("read")
                  ? ToolResult.error("no such file or directory")
                  : ToolResult.success("ok " + call.name());
            });
    stage.queue("Go");
    stage.wake();

    assertThat(stage.types())
        .isEqualTo(
            sequence(
                OPENING,
                List.of(
                    "agent.message",
                    "agent.tool_use",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result",
                    "agent.tool_result",
                    "span.model_request_start",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result",
                    "span.model_request_start",
                    "agent.message",
                    "span.model_request_end"),
                CLOSING));
    var uses = stage.all(Event.AgentToolUse.class);
    var results = stage.all(Event.AgentToolResult.class);
    assertThat(results)
        .extracting(Event.AgentToolResult::toolUseId)
        .containsExactlyElementsOf(uses.stream().map(Event.AgentToolUse::id).toList());
    assertThat(results)
        .extracting(Event.AgentToolResult::isError)
        .containsExactly(false, true, false);
    assertThat(stage.all(Event.ToolDispatched.class)).hasSize(3);
    assertThat(stage.row().progress().usage().outputTokens()).isEqualTo(15);

    var last = stage.model().prompts().getLast().messages();
    assertThat(last.items()).hasSize(5);
    assertThat(last.items().get(1).toString())
        .isEqualTo(
            Json.obj(
                    "role",
                    "assistant",
                    "content",
                    Json.arr(
                        textBlock("Looking."),
                        toolUse("toolu_1", "bash", Json.obj("command", "one")),
                        toolUse("toolu_2", "read", Json.obj("file_path", "two"))))
                .toString());
    assertThat(last.items().get(2).toString())
        .contains("\"tool_use_id\":\"toolu_1\"", "\"tool_use_id\":\"toolu_2\"")
        .contains("no such file or directory");
  }

  @Test
  void aToolThatIsNotEnabledIsRefusedAndTheTurnGoesOn() throws Exception {
    try (var bare = new Stage(List.of())) {
      bare.model()
          .thenCalls(toolUse("toolu_1", "bash", Json.obj("command", "rm -rf /")))
          .thenText("I may not");
      bare.queue("Go");
      bare.wake();

      assertThat(bare.hand().calls()).isEmpty();
      var use = bare.all(Event.AgentToolUse.class).getFirst();
      assertThat(use.permission()).isEqualTo(Event.Permission.NOT_ENABLED);
      var result = bare.all(Event.AgentToolResult.class).getFirst();
      assertThat(result.isError()).isTrue();
      assertThat(result.content().toString()).contains("Permission to use bash has been denied.");
      assertThat(bare.model().prompts().getFirst().tools().items()).isEmpty();
      assertThat(bare.row().status()).isEqualTo(Status.IDLE);
    }
  }

  @Test
  void aToolSwitchedOffIsNotShownToTheModel() throws Exception {
    var off = new Toolset.Setting(false, Toolset.Policy.ALWAYS_ALLOW);
    try (var some =
        new Stage(
            List.of(new Toolset(Toolset.OPEN, List.of(new Toolset.ToolSetting("bash", off)))))) {
      some.model().thenText("ok");
      some.queue("Go");
      some.wake();
      assertThat(some.model().prompts().getFirst().tools().toString())
          .doesNotContain("\"bash\"")
          .contains("\"read\"", "\"write\"", "\"edit\"", "\"glob\"", "\"grep\"");
    }
  }

  @Test
  void messagesSentDuringATurnAreTakenOnePerRequestInsideIt() throws Exception {
    stage
        .model()
        .then(
            (_, _) -> {
              stage.queue("second");
              stage.queue("third");
              return ScriptedModel.reply("end_turn", textBlock("one"));
            })
        .thenText("two")
        .thenText("three");
    stage.queue("first");
    stage.wake();

    var request =
        List.of(
            "user.message", "span.model_request_start", "agent.message", "span.model_request_end");
    assertThat(stage.types())
        .isEqualTo(
            sequence(
                List.of("session.status_running", "session.thread_status_running"),
                request,
                request,
                request,
                CLOSING));
    assertThat(stage.model().prompts().get(1).messages().items()).hasSize(3);
  }

  @Test
  void anInterruptCutsAModelInMidStream() throws Exception {
    var begun = new CountDownLatch(1);
    stage.model().thenStall(begun).thenText("fresh");
    stage.send(stage.message("Go"));
    begun.await();
    stage.send(new Event.UserInterrupt(stage.interruptId()));
    await().until(() -> stage.row().status() == Status.IDLE);

    assertThat(stage.types())
        .isEqualTo(sequence(OPENING, List.of("span.model_request_end", "user.interrupt"), CLOSING));
    var end = stage.all(Event.ModelRequestEnd.class).getFirst();
    assertThat(end.isError()).isTrue();
    assertThat(end.usage()).isEqualTo(ModelUsage.NONE);
    assertThat(stage.all(Event.StatusIdle.class).getFirst().reason())
        .isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void anInterruptThatNamesThePrimaryThreadCutsTheModel() throws Exception {
    var begun = new CountDownLatch(1);
    stage.model().thenStall(begun);
    stage.send(stage.message("Go"));
    begun.await();
    var primary = stage.row().origin().primary();
    var interrupt = new Event.UserInterrupt(stage.interruptId(), Optional.of(primary));
    stage.send(interrupt);
    await().until(() -> stage.row().status() == Status.IDLE);
    assertThat(stage.all(Event.UserInterrupt.class)).containsExactly(interrupt);
    assertThat(stage.all(Event.ModelRequestEnd.class).getFirst().isError()).isTrue();
  }

  @Test
  void anInterruptCutsACommandAndAMessageBehindItStartsTheNextTurn() throws Exception {
    var begun = new CountDownLatch(2);
    stage
        .model()
        .thenCalls(
            toolUse("toolu_1", "bash", Json.obj("command", "sleep")),
            toolUse("toolu_2", "bash", Json.obj("command", "sleep")))
        .thenText("fresh");
    stage
        .hand()
        .does(
            _ -> {
              begun.countDown();
              new CountDownLatch(1).await();
              throw new IllegalStateException("never");
            });
    stage.send(stage.message("Go"));
    begun.await();
    stage.send(new Event.UserInterrupt(stage.interruptId()), stage.message("Next"));
    await().until(() -> stage.all(Event.StatusIdle.class).size() == 2);

    assertThat(stage.types())
        .isEqualTo(
            sequence(
                OPENING,
                List.of(
                    "agent.tool_use",
                    "agent.tool_use",
                    "span.model_request_end",
                    "agent.tool_result",
                    "agent.tool_result",
                    "user.interrupt"),
                CLOSING,
                OPENING,
                List.of("agent.message", "span.model_request_end"),
                CLOSING));
    assertThat(stage.all(Event.AgentToolResult.class))
        .allSatisfy(
            result -> {
              assertThat(result.isError()).isTrue();
              assertThat(result.content().toString()).contains(Endings.INTERRUPTED);
            });
    var calls = stage.all(Event.AgentToolUse.class);
    assertThat(stage.hand().stopped()).startsWith(calls.get(1).id(), calls.get(0).id());
  }

  @Test
  void anInterruptOfAnIdleSessionIsStoredAndChangesNothing() throws Exception {
    stage.interrupt();
    stage.wake();
    assertThat(stage.types()).containsExactly("user.interrupt");
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
  }

  @Test
  void interruptsThatWaitTogetherAreTakenUpTogetherAndTheMessageBetweenThemIsAnswered()
      throws Exception {
    stage.model().thenText("Hello");
    stage.interrupt();
    stage.queue("Hi");
    stage.interrupt();
    stage.wake();

    assertThat(stage.types())
        .isEqualTo(
            sequence(
                List.of("user.interrupt", "user.interrupt"),
                OPENING,
                List.of("agent.message", "span.model_request_end"),
                CLOSING));
  }

  @Test
  void aFailureThatMayPassIsRescheduledAndTriedAgain() throws Exception {
    stage.model().thenFailure(Answer.Kind.OVERLOADED, "busy").thenText("Hello");
    stage.queue("Hi");
    stage.wake();

    assertThat(stage.types())
        .isEqualTo(
            sequence(
                OPENING,
                List.of(
                    "span.model_request_end",
                    "session.error",
                    "session.thread_status_rescheduled",
                    "session.status_rescheduled",
                    "session.status_running",
                    "session.thread_status_running",
                    "span.model_request_start",
                    "agent.message",
                    "span.model_request_end"),
                CLOSING));
    assertThat(stage.all(Event.Failed.class).getFirst().error())
        .isEqualTo(
            new SessionError(
                SessionError.Type.MODEL_OVERLOADED, "busy", SessionError.Retry.RETRYING));
  }

  @Test
  void failuresThatDoNotPassEndTheTurnAndFlushWhatWaits() throws Exception {
    stage.model().thenFailure(Answer.Kind.BROKEN, "one").thenFailure(Answer.Kind.BROKEN, "two");
    stage
        .model()
        .then(
            (_, _) -> {
              stage.queue("waiting");
              return new Answer.Failure(Answer.Kind.BROKEN, "three", Optional.empty());
            });
    stage.queue("Hi");
    stage.wake();

    var again =
        List.of(
            "span.model_request_end",
            "session.error",
            "session.thread_status_rescheduled",
            "session.status_rescheduled",
            "session.status_running",
            "session.thread_status_running",
            "span.model_request_start");
    assertThat(stage.types())
        .isEqualTo(
            sequence(
                OPENING,
                again,
                again,
                List.of("span.model_request_end", "session.error", "user.message"),
                CLOSING));
    assertThat(stage.all(Event.Failed.class).getLast().error().retry())
        .isEqualTo(SessionError.Retry.EXHAUSTED);
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());

    stage.model().thenText("back");
    stage.queue("again");
    stage.wake();
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("Hi", "waiting", "again");
  }

  @Test
  void aRefusedRequestAndABilledOneAreNotTriedAgain() throws Exception {
    for (var kind : List.of(Answer.Kind.REJECTED, Answer.Kind.BILLING, Answer.Kind.CONTEXT_FULL)) {
      stage.model().thenFailure(kind, "no");
      stage.queue("Hi");
      stage.wake();
    }
    assertThat(stage.all(Event.Failed.class))
        .extracting(failed -> failed.error().type())
        .containsExactly(
            SessionError.Type.MODEL_REQUEST_FAILED,
            SessionError.Type.BILLING,
            SessionError.Type.COMPACTION_LIMIT_REACHED);
    assertThat(stage.types()).doesNotContain("session.status_rescheduled");
  }

  @Test
  void aServersRetryAfterIsKeptInTheLogAndAnInterruptCutsTheWait() throws Exception {
    stage.model().thenFailure(Answer.Kind.RATE_LIMITED, Duration.ofSeconds(5));
    stage.send(stage.message("Hi"));
    await().until(() -> stage.row().status() == Status.RESCHEDULING);
    var rescheduled =
        stage.log().stream()
            .filter(stored -> stored.event() instanceof Event.StatusRescheduled)
            .findFirst()
            .orElseThrow();
    assertThat(rescheduled.hidden()).isNotNull();
    assertThat(rescheduled.hidden().number("retry_at_ms", 0))
        .isBetween(
            rescheduled.processedAt().toEpochMilli() + 4_000,
            rescheduled.processedAt().toEpochMilli() + 5_100);

    stage.send(new Event.UserInterrupt(stage.interruptId()));
    await().until(() -> stage.row().status() == Status.IDLE);
    assertThat(stage.types())
        .endsWith(
            "user.interrupt", "session.thread_status_idle", "session.usage", "session.status_idle");
  }

  @Test
  void aClockThatIsSetBackDoesNotMakeAPauseLonger() throws Exception {
    var start = Instant.now();
    var reads = new AtomicInteger();
    var harness = stage.harness();
    var backwards =
        new Harness(
            harness.log(),
            harness.sessions(),
            harness.feed(),
            harness.models(),
            harness.hands(),
            harness.errands(),
            harness.tools(),
            harness.mcp(),
            harness.repositories(),
            harness.profiles(),
            harness.retries(),
            harness.maxToolRounds(),
            harness.onAmbiguous(),
            harness.ids(),
            () -> start.minus(Duration.ofHours(reads.getAndIncrement())),
            harness.pause(),
            harness.random(),
            harness.memory(),
            harness.attached());
    stage.model().thenFailure(Answer.Kind.OVERLOADED, Duration.ofMillis(20)).thenText("ok");
    stage.queue("Hi");
    backwards.wake(stage.session());
    assertThat(stage.types()).contains("agent.message");
  }

  @Test
  void theCallsOfARefusedReplyAreNotRunAndTheSessionGoesOn() throws Exception {
    stage.model().thenReply("refusal", toolUse("toolu_1", "bash", Json.obj())).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().calls()).isEmpty();
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(
            new StopReason.Refusal(
                Json.obj("type", "refusal", "category", null, "explanation", null)));

    stage.queue("Something else");
    stage.wake();
    assertThat(stage.model().prompts().getLast().messages().toString())
        .doesNotContain("tool_result", "tool_use");
  }

  @Test
  void aRefusalAndAContextThatStaysFullEndTheTurnEachInItsWay() throws Exception {
    stage.model().thenReply("refusal");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isInstanceOf(StopReason.Refusal.class);

    for (int i = 0; i < Plan.MAX_CUTS; i++) {
      stage.model().thenReply("model_context_window_exceeded", textBlock("half"));
    }
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.Failed.class).getLast().error().type())
        .isEqualTo(SessionError.Type.COMPACTION_LIMIT_REACHED);
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());
  }

  @Test
  void thinkingIsSignalledAndSentBackUntouched() throws Exception {
    var thinking = Json.obj("type", "thinking", "thinking", "hm", "signature", "c2ln");
    var unknown = Json.obj("type", "from_tomorrow", "n", new Json.Num("1.50"));
    stage
        .model()
        .thenReply("tool_use", thinking, unknown, toolUse("toolu_1", "bash", Json.obj()))
        .thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.types())
        .containsSubsequence("agent.thinking", "agent.tool_use", "span.model_request_end");
    assertThat(stage.model().prompts().getLast().messages().items().get(1).toString())
        .contains(thinking.toString(), "{\"type\":\"from_tomorrow\",\"n\":1.50}");
  }

  @Test
  void aCallWhoseBrainAndHandAreDeadIsNotRepeatedUnlessItOnlyReads() throws Exception {
    stage
        .model()
        .thenCalls(
            toolUse("toolu_1", "bash", Json.obj("command", "echo >> file")),
            toolUse("toolu_2", "read", Json.obj("file_path", "file")))
        .thenText("ok");
    stage.hand().does(StageFaults.DIES);
    stage.queue("Hi");
    StageFaults.wakeUntilDeath(stage);

    stage.hand().lose();
    stage.hand().does(call -> ToolResult.success("read again"));
    int before = stage.hand().calls().size();
    stage.wake();
    var results = stage.all(Event.AgentToolResult.class);
    assertThat(results).hasSize(2);
    assertThat(results.get(0).isError()).isTrue();
    assertThat(results.get(0).content().toString()).contains("may or may not have taken effect");
    assertThat(results.get(1).content().toString()).contains("read again");
    assertThat(stage.hand().calls().subList(before, stage.hand().calls().size()))
        .extracting(ToolCall::name)
        .containsExactly("read");
  }
}
