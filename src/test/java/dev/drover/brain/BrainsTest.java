package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.model.Answer;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.testing.EventLogView;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What goes wrong around a brain: no session is held by one that is gone.
final class BrainsTest {
  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aBrainThatRunsOutOfStackEndsTheTurnAndTheNextMessageIsAnswered() {
    stage
        .model()
        .then(
            (_, _) -> {
              throw new StackOverflowError();
            })
        .thenText("here again");
    stage.send(stage.message("Hi"));
    await().until(() -> stage.wakes().atWork() == 0);
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(stage.all(Event.StatusIdle.class).getLast().reason())
        .isEqualTo(new StopReason.RetriesExhausted());

    stage.send(stage.message("still there?"));
    await().until(() -> stage.all(Event.StatusIdle.class).size() == 2);
    assertThat(stage.types()).contains("agent.message");
  }

  @Test
  void aStoreThatIsAwayForHoursIsWaitedFor() {
    var away = new Away(stage.store().eventLog(), 1_000);
    var pauses = new AtomicInteger();
    stage.model().otherwise((_, _) -> ScriptedModel.reply("end_turn", textBlock("at last")));
    try (var brains = new Brains(stage.harness(away, _ -> pauses.incrementAndGet()))) {
      stage.queue("Hi");
      assertThat(new Keeper(stage.store().nodes(), brains, Pause.REAL, System::nanoTime).claim())
          .isEqualTo(1);
      await().until(() -> brains.atWork() == 0);
    }
    assertThat(pauses).hasValue(1_000);
    assertThat(stage.types()).contains("agent.message").doesNotContain("session.error");
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
  }

  @Test
  void aBrainThatWaitsForTheStoreTriesAgainWhenItIsBackOrSomethingCame() throws Exception {
    var never = new CountDownLatch(1);
    Pause forEver = _ -> never.await();
    stage.model().otherwise((_, _) -> ScriptedModel.reply("end_turn", textBlock("at last")));
    var away = new Away(stage.store().eventLog(), 2);
    try (var brains = new Brains(stage.harness(away, forEver))) {
      stage.queue("Hi");
      new Keeper(stage.store().nodes(), brains, Pause.REAL, System::nanoTime).claim();
      await().until(() -> away.left().get() == 1);
      brains.ring(stage.session());
      await().until(() -> away.left().get() == 0);
      assertThat(stage.types()).doesNotContain("agent.message");
      brains.storeIsBack();
      await().until(() -> brains.atWork() == 0);
    }
    assertThat(stage.types()).contains("agent.message");
  }

  @Test
  void aSessionDeletedWhileItWaitsForItsModelFreesItsBrain() {
    stage.model().thenFailure(Answer.Kind.RATE_LIMITED, Duration.ofSeconds(5));
    stage.send(stage.message("Hi"));
    await().until(() -> stage.row().status() == Status.RESCHEDULING);
    stage.store().sessions().delete(Stage.WORKSPACE, stage.session());
    stage.wakes().deleted(stage.session());
    await().until(() -> stage.wakes().atWork() == 0);
    assertThat(stage.model().prompts()).hasSize(1);
  }

  @Test
  void whatAStoreCarriesOutWhenNobodyWaitsForItComesTooLate() {
    var late =
        new Late(stage.store().eventLog(), new ConcurrentLinkedQueue<>(), new AtomicInteger(3));
    stage.model().otherwise((_, _) -> ScriptedModel.reply("end_turn", textBlock("once")));
    try (var brains = new Brains(stage.harness(late, _ -> {}))) {
      stage.queue("Hi");
      brains.wake(stage.store().eventLog().claim(stage.session()).orElseThrow());
      await().until(() -> brains.atWork() == 0);
    }
    assertThat(late.left()).hasNonPositiveValue();
    assertThat(stage.types())
        .containsOnlyOnce("user.message", "agent.message", "session.status_idle")
        .containsOnlyOnce("session.status_running", "span.model_request_start");
  }

  /// A log that does not answer some appends, and carries each out as soon as the brain has read
  /// again.
  private record Late(EventLog log, Queue<Runnable> pending, AtomicInteger left)
      implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      for (var before = pending.poll(); before != null; before = pending.poll()) {
        before.run();
      }
      if (left.getAndDecrement() > 0) {
        pending.add(() -> log.emitEvents(lease, emission));
        throw Problem.unavailable("The database does not answer.", new IOException());
      }
      return log.emitEvents(lease, emission);
    }
  }

  /// A log that refuses appends for a while.
  private record Away(EventLog log, AtomicInteger left) implements EventLogView {
    Away(EventLog log, int appends) {
      this(log, new AtomicInteger(appends));
    }

    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      if (left.getAndDecrement() > 0) {
        throw Problem.unavailable("The server's disk is full.", new IOException());
      }
      return log.emitEvents(lease, emission);
    }
  }
}
