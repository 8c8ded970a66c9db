package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.reply;
import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Toolset;
import dev.drover.catalog.Toolset.Policy;
import dev.drover.hands.Sandboxes;
import dev.drover.model.Answer;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import dev.drover.testing.EventLogView;
import dev.drover.testing.PuppetTool;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The hand is made when the model begins a call that needs it, and only then.
@Timeout(120)
final class EarlyHandTest {
  private final PuppetTool here = new PuppetTool("look", true);
  private Stage stage = new Stage(List.of(new Toolset(Toolset.OPEN, List.of())), here);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  @AfterEach
  void close() {
    stage.close();
  }

  private void stage(Toolset.Setting defaults) {
    stage.close();
    stage = new Stage(List.of(new Toolset(defaults, List.of())));
  }

  private static void within(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("it did not happen within a minute");
    }
  }

  private static Json.Obj bash(String id) {
    return toolUse(id, "bash", Json.obj("command", "x"));
  }

  /// A model that begins a call and goes on when an attempt to make the hand has begun.
  private ScriptedModel beginsACall(ScriptedModel.Line then) {
    return stage
        .model()
        .then(
            (prompt, listener) -> {
              listener.blockStarted(0, "tool_use");
              listener.callStarted(0, "bash");
              within(begun);
              return then.speak(prompt, listener);
            });
  }

  /// The making of a hand that does not end by itself.
  private void handTakesForever() {
    stage
        .hand()
        .prepares(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } finally {
                ended.countDown();
              }
            });
  }

  private void assertCancelled() {
    assertThat(ended.getCount()).isZero();
    assertThat(stage.hand().preparations()).isEqualTo(1);
  }

  @Test
  void theHandIsMadeWhileTheModelStillWritesTheCall() throws Exception {
    stage.hand().prepares(begun::countDown);
    beginsACall((_, _) -> reply("tool_use", bash("toolu_1"))).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().preparations()).isEqualTo(1);
    assertThat(stage.hand().provisions()).isEqualTo(1);
    assertThat(stage.all(Event.AgentToolResult.class)).hasSize(1).noneMatch(one -> one.isError());
  }

  @Test
  void twoCallsOfAReplyMakeOneHandAndOneThatLivesIsNotMadeAgain() throws Exception {
    stage.hand().prepares(begun::countDown);
    stage
        .model()
        .then(
            (_, listener) -> {
              listener.callStarted(0, "bash");
              listener.callStarted(1, "bash");
              within(begun);
              return reply("tool_use", bash("toolu_1"), bash("toolu_2"));
            })
        .thenCalls(bash("toolu_3"))
        .thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.AgentToolResult.class)).hasSize(3);
    assertThat(stage.hand().preparations()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"look", "no such tool"})
  void aCallThatNeedsNoHandMakesNone(String tool) throws Exception {
    stage.model().thenCalls(toolUse("toolu_1", tool, Json.EMPTY)).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().preparations()).isZero();
  }

  @Test
  void aTextAndACallOfTheClientsToolMakeNone() throws Exception {
    stage.close();
    var own = new CustomTool("bash", "Not the shell.", Json.obj("type", "object"));
    stage = new Stage(List.of(own));
    stage.model().thenText("ok").thenCalls(bash("toolu_1"));
    stage.queue("Hi");
    stage.wake();
    stage.queue("Go on");
    stage.wake();
    assertThat(stage.all(Event.AgentCustomToolUse.class)).hasSize(1);
    assertThat(stage.hand().preparations()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Policy.class,
      names = {"ALWAYS_ASK", "AUTO"})
  void aCallThatMustBeConfirmedMakesNone(Policy policy) throws Exception {
    stage(new Toolset.Setting(true, policy));
    stage.model().thenCalls(bash("toolu_1"));
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().preparations()).isZero();
    assertThat(stage.hand().provisions()).isZero();
  }

  @Test
  void aCallOfAToolThatIsNotEnabledMakesNone() throws Exception {
    stage(new Toolset.Setting(false, Policy.ALWAYS_ALLOW));
    stage.model().thenCalls(bash("toolu_1")).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().preparations()).isZero();
  }

  @Test
  void noHandIsMadeBeforeTheRequestIsDurable() throws Exception {
    var said = new CountDownLatch(1);
    stage.hand().prepares(begun::countDown);
    stage
        .model()
        .then(
            (_, listener) -> {
              said.countDown();
              listener.callStarted(0, "bash");
              within(begun);
              return reply("tool_use", bash("toolu_1"));
            })
        .thenText("ok");
    stage.queue("Hi");
    var log =
        new EventLogView() {
          @Override
          public EventLog log() {
            return stage.store().eventLog();
          }

          @Override
          public Emitted emitEvents(Lease lease, Emission emission) {
            try {
              within(said);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            if (stage.all(Event.ModelRequestStart.class).isEmpty()) {
              assertThat(stage.hand().preparations()).isZero();
            }
            return EventLogView.super.emitEvents(lease, emission);
          }
        };
    stage.harness(log).wake(stage.session());
    assertThat(stage.hand().preparations()).isEqualTo(1);
  }

  @Test
  void aStreamThatFailsEndsTheAttempt() throws Exception {
    handTakesForever();
    beginsACall((_, _) -> new Answer.Failure(Answer.Kind.REJECTED, "it failed", Optional.empty()));
    stage.queue("Hi");
    stage.wake();
    assertCancelled();
  }

  @Test
  void aReplyThatHasNoCallInTheEndEndsTheAttempt() throws Exception {
    handTakesForever();
    beginsACall((_, _) -> reply("end_turn", ScriptedModel.textBlock("never mind")));
    stage.queue("Hi");
    stage.wake();
    assertCancelled();
  }

  @Test
  void anInterruptEndsTheAttempt() throws Exception {
    handTakesForever();
    beginsACall(
        (_, _) -> {
          new CountDownLatch(1).await();
          throw new IllegalStateException("never");
        });
    stage.send(stage.message("Hi"));
    within(begun);
    stage.send(new Event.UserInterrupt(stage.interruptId()));
    assertThat(stage.wakes().await(Duration.ofMinutes(1))).isTrue();
    assertCancelled();
    assertThat(stage.types()).endsWith("session.status_idle");
  }

  @Test
  void theStopOfTheBrainEndsTheAttempt() throws Exception {
    handTakesForever();
    beginsACall(
        (_, _) -> {
          new CountDownLatch(1).await();
          throw new IllegalStateException("never");
        });
    stage.send(stage.message("Hi"));
    within(begun);
    stage.wakes().close();
    assertCancelled();
  }

  @Test
  void aLostLeaseEndsTheAttemptBeforeTheHandIsLeft() throws Exception {
    handTakesForever();
    var session = stage.session();
    var lost = new Lost(stage.store().eventLog());
    beginsACall(
        (_, _) -> {
          lost.lease = true;
          return reply("tool_use", bash("toolu_1"));
        });
    stage.queue("Hi");
    stage.harness(lost).wake(session);
    assertCancelled();
    assertThat(stage.hand().left()).containsExactly(session);
    assertThat(stage.hand().provisions()).isZero();
  }

  /// A log in which another node holds the session from some moment on.
  private static final class Lost implements EventLogView {
    private final EventLog log;
    volatile boolean lease;

    Lost(EventLog log) {
      this.log = log;
    }

    @Override
    public EventLog log() {
      return log;
    }

    @Override
    public Emitted emitEvents(Lease held, Emission emission) {
      return lease ? new Emitted.LeaseLost() : log.emitEvents(held, emission);
    }
  }

  @Test
  void anAttemptThatFailsIsReportedByTheCallAndOnce() throws Exception {
    var error =
        new SessionError(SessionError.Type.UNKNOWN, "no room", SessionError.Retry.EXHAUSTED);
    stage
        .hand()
        .prepares(
            () -> {
              begun.countDown();
              throw new Sandboxes.Unavailable("no room", error);
            });
    beginsACall(
            (_, _) -> {
              await().until(() -> stage.hand().preparations() == 1);
              assertThat(stage.all(Event.Failed.class)).isEmpty();
              return reply("tool_use", bash("toolu_1"), bash("toolu_2"));
            })
        .thenText("ok");
    stage.hand().refuses("no room");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.AgentToolResult.class))
        .hasSize(2)
        .allMatch(one -> one.isError() && one.content().toString().contains("no room"));
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(stage.hand().provisions()).isEqualTo(1);
  }

  @Test
  void anAttemptThatFailsDoesNotDecideForTheCall() throws Exception {
    stage
        .hand()
        .prepares(
            () -> {
              begun.countDown();
              throw new IllegalStateException("a bug");
            });
    beginsACall((_, _) -> reply("tool_use", bash("toolu_1"))).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.all(Event.AgentToolResult.class)).hasSize(1).noneMatch(one -> one.isError());
  }

  @Test
  void noHandIsMadeEarlyIfAnErrandHasToComeFirst() throws Exception {
    stage
        .errands()
        .add(
            new HandErrand() {
              @Override
              public boolean mayPrepare(SessionId session) {
                begun.countDown();
                return false;
              }
            });
    beginsACall((_, _) -> reply("tool_use", bash("toolu_1"))).thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().preparations()).isZero();
    assertThat(stage.hand().provisions()).isEqualTo(1);
  }

  @Test
  void anAttemptDoesNotOutliveItsStepAndTheNextRequestMakesAnother() throws Exception {
    handTakesForever();
    beginsACall(
        (_, _) -> new Answer.Failure(Answer.Kind.OVERLOADED, "it failed", Optional.empty()));
    stage.model().thenCalls(bash("toolu_1")).thenText("ok");
    stage.queue("Hi");
    try (var scope = new Scope()) {
      var wake =
          scope.fork(
              () -> {
                stage.wake();
                return true;
              });
      within(ended);
      stage.hand().prepares(() -> {});
      assertThat(wake.join()).isTrue();
    }
    assertThat(stage.all(Event.AgentToolResult.class)).hasSize(1);
  }
}
