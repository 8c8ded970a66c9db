package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.Event.ToolAmbiguous.Outcome;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.HandId;
import dev.drover.session.Lease;
import dev.drover.session.Status;
import dev.drover.session.ThreadKey;
import dev.drover.testing.EventLogView;
import dev.drover.testing.Stage;
import dev.drover.wire.EventCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A call that was handed over and has no result: what the next brain makes of it.
final class AmbiguousTest {
  private final Stage stage = new Stage();

  @AfterEach
  void close() {
    stage.close();
  }

  /// A log that keeps its appends, and fails on one.
  private record Watched(
      EventLog log, List<Emission> appends, Predicate<Emission> fails, AtomicInteger failures)
      implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      if (fails.test(emission) && failures.getAndIncrement() == 0) {
        throw Problem.unavailable("away", new IllegalStateException());
      }
      appends.add(emission);
      return log.emitEvents(lease, emission);
    }
  }

  private final List<Emission> appends = new ArrayList<>();

  private Harness watched(Predicate<Emission> fails) {
    return stage.harness(
        new Watched(stage.store().eventLog(), appends, fails, new AtomicInteger()));
  }

  private void calls(String... tools) {
    var uses = new ArrayList<Json.Obj>();
    for (var tool : tools) {
      uses.add(toolUse("toolu_" + uses.size(), tool, Json.obj("command", "x", "file_path", "y")));
    }
    stage.model().thenCalls(uses.toArray(Json.Obj[]::new)).thenText("ok");
  }

  private void dies(String... tools) throws Exception {
    calls(tools);
    stage.hand().does(StageFaults.DIES);
    stage.queue("Hi");
    StageFaults.wakeUntilDeath(stage);
    stage.hand().does(call -> ToolResult.success("did " + call.name()));
  }

  private List<Outcome> outcomes() {
    return stage.all(Event.ToolAmbiguous.class).stream().map(Event.ToolAmbiguous::outcome).toList();
  }

  private List<Integer> attempts() {
    return stage.all(Event.ToolDispatched.class).stream()
        .map(Event.ToolDispatched::attempt)
        .toList();
  }

  private String result(int n) {
    return stage.all(Event.AgentToolResult.class).get(n).toString();
  }

  @Test
  void theRecordNamesTheHandAndIsThereBeforeTheHandIsAsked() throws Exception {
    calls("bash", "read");
    var seen = new ArrayList<Integer>();
    stage
        .hand()
        .does(
            _ -> {
              synchronized (seen) {
                seen.add(stage.all(Event.ToolDispatched.class).size());
              }
              return ToolResult.success("ok");
            });
    stage.queue("Hi");
    stage.wake();
    assertThat(seen).containsExactly(2, 2);
    assertThat(stage.all(Event.ToolDispatched.class))
        .allMatch(record -> record.hand().equals(Optional.of(stage.hand().id())));
    assertThat(stage.hand().calls()).noneMatch(ToolCall::again);
    assertThat(outcomes()).isEmpty();
  }

  @Test
  void oneHandIsMadeForAllCallsOfAStepAndNoneForThoseThatMayNotRun() throws Exception {
    calls("bash", "read", "write");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().provisions()).isEqualTo(1);
    calls("unheard", "of");
    stage.queue("Hi");
    stage.wake();
    assertThat(stage.hand().provisions()).isEqualTo(1);
    assertThat(stage.all(Event.ToolDispatched.class)).hasSize(3);
  }

  @Test
  void withoutAHandNothingIsHandedOver() throws Exception {
    calls("bash", "read");
    stage.hand().refuses("no bubblewrap");
    stage.queue("Hi");
    stage.wake();
    assertThat(result(0)).contains("no bubblewrap", "isError=true");
    assertThat(result(1)).contains("no bubblewrap", "isError=true");
    assertThat(stage.hand().provisions()).isEqualTo(1);
    assertThat(attempts()).isEmpty();
  }

  @Test
  void withoutAnotherHandNothingRunsAgain() throws Exception {
    dies("read");
    stage.hand().lose();
    stage.hand().refuses("no room");
    stage.wake();
    assertThat(result(0)).contains("may or may not have taken effect");
    assertThat(outcomes()).containsExactly(Outcome.REPORTED);
  }

  @Test
  void aCallWhoseHandLivesIsAskedForAgainThere() throws Exception {
    dies("bash", "write");
    int before = stage.hand().calls().size();
    stage.wake();
    assertThat(attempts()).containsExactly(1, 1);
    assertThat(outcomes()).isEmpty();
    assertThat(result(0)).contains("did bash");
    assertThat(result(1)).contains("did write");
    assertThat(stage.hand().calls().subList(before, stage.hand().calls().size()))
        .hasSize(2)
        .allMatch(ToolCall::again);
  }

  @Test
  void aResultThatTheHandHasIsNotMadeAgain() throws Exception {
    calls("bash");
    stage.queue("Hi");
    var away = watched(append -> has(append, Event.AgentToolResult.class));
    var lease = stage.store().eventLog().claim(stage.session()).orElseThrow();
    assertThatThrownBy(() -> away.wake(lease, new Bell())).isInstanceOf(Problem.class);
    away.wake(lease, new Bell());
    assertThat(stage.hand().calls()).hasSize(1);
    assertThat(result(0)).contains("did bash");
    assertThat(attempts()).containsExactly(1);
  }

  @Test
  void aCallWhoseHandIsGoneIsReportedInOneAppendWithItsRecord() throws Exception {
    dies("bash", "write", "edit");
    stage.hand().lose();
    int before = stage.hand().calls().size();
    watched(_ -> false).wake(stage.session());
    assertThat(stage.hand().calls()).hasSize(before);
    assertThat(attempts()).containsExactly(1, 1, 1);
    assertThat(outcomes()).containsOnly(Outcome.REPORTED).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(result(i)).contains("may or may not have taken effect", "isError=true");
    }
    assertThat(appends.stream().filter(append -> has(append, Event.ToolAmbiguous.class)))
        .hasSize(3)
        .allMatch(append -> has(append, Event.AgentToolResult.class));
    assertThat(stage.types()).noneMatch(type -> type.startsWith("drover."));
  }

  @Test
  void whatTheOperatorSaysRunsAgainUnderANewRecord() throws Exception {
    dies("bash", "read");
    stage.hand().lose();
    setTo(OnAmbiguous.DEFAULT.with("bash", true)).wake(stage.session());
    assertThat(attempts()).containsExactly(1, 1, 2, 2);
    assertThat(outcomes()).containsExactly(Outcome.RETRIED, Outcome.RETRIED);
    assertThat(result(0)).contains("did bash");
    assertThat(stage.all(Event.ToolDispatched.class).getLast().hand()).contains(stage.hand().id());
    assertThat(appends.stream().filter(append -> has(append, Event.ToolAmbiguous.class)))
        .hasSize(1)
        .allMatch(append -> has(append, Event.ToolDispatched.class));
  }

  @Test
  void evenAReadIsNotRepeatedWhereTheOperatorSaysSo() throws Exception {
    dies("read");
    stage.hand().lose();
    setTo(OnAmbiguous.DEFAULT.with("read", false)).wake(stage.session());
    assertThat(outcomes()).containsExactly(Outcome.REPORTED);
  }

  private Harness setTo(OnAmbiguous setting) {
    return with(watched(_ -> false), setting);
  }

  /// The same harness with another setting.
  static Harness with(Harness made, OnAmbiguous setting) {
    return new Harness(
        made.log(),
        made.sessions(),
        made.feed(),
        made.models(),
        made.hands(),
        made.errands(),
        made.tools(),
        made.mcp(),
        made.repositories(),
        made.profiles(),
        made.retries(),
        made.maxToolRounds(),
        setting,
        made.ids(),
        made.clock(),
        made.pause(),
        made.random(),
        made.memory(),
        made.attached());
  }

  @Test
  void aHandThatDiesUnderABrainIsReplacedForWhatMayRunAgain() throws Exception {
    calls("bash", "read");
    stage
        .hand()
        .does(
            call -> {
              if (stage.hand().calls().size() <= 2) {
                stage.hand().lose();
                return ToolResult.lost("gone with " + call.name());
              }
              return ToolResult.success("did " + call.name());
            });
    stage.queue("Hi");
    stage.wake();
    assertThat(result(0)).contains("gone with bash");
    assertThat(result(1)).contains("did read");
    assertThat(outcomes()).containsExactly(Outcome.REPORTED, Outcome.RETRIED);
    assertThat(attempts()).containsExactly(1, 1, 2);
  }

  @Test
  void aCallThatKillsEveryHandIsGivenUp() throws Exception {
    calls("grep");
    stage
        .hand()
        .does(
            _ -> {
              stage.hand().lose();
              return ToolResult.lost("gone");
            });
    stage.queue("Hi");
    stage.wake();
    assertThat(attempts()).containsExactly(1, 2, 3);
    assertThat(outcomes()).containsExactly(Outcome.RETRIED, Outcome.RETRIED, Outcome.REPORTED);
    assertThat(result(0)).contains("gone", "isError=true");
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
  }

  @Test
  void aRecordThatNamesNoHandIsOfOneThatIsGone() throws Exception {
    dies("bash");
    var use = stage.all(Event.AgentToolUse.class).getFirst().id();
    var lease = stage.store().eventLog().claim(stage.session()).orElseThrow();
    var old = new Event.ToolDispatched(new EventId(stage.ids().next(EventId.PREFIX)), use, 2);
    stage
        .store()
        .eventLog()
        .emitEvents(lease, new Emission(List.of(new Emission.Entry(ThreadKey.PRIMARY, old, null))));
    stage.store().eventLog().release(lease);
    stage.wake();
    assertThat(outcomes()).containsExactly(Outcome.REPORTED);
  }

  @Test
  void anInterruptAfterARestartStopsWhatStillRuns() throws Exception {
    dies("bash");
    stage.interrupt();
    stage.wake();
    assertThat(stage.hand().stopped())
        .containsExactly(stage.all(Event.AgentToolUse.class).getFirst().id());
    assertThat(result(0)).contains("interrupted before completion");
    assertThat(outcomes()).isEmpty();
  }

  @Test
  void whoeverGetsTheSessionGetsItsHand() throws Exception {
    calls("bash");
    var begun = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    stage
        .hand()
        .does(
            call -> {
              begun.countDown();
              go.await();
              return ToolResult.success("did " + call.name());
            });
    stage.queue("Hi");
    var log = stage.store().eventLog();
    var lease = log.claim(stage.session()).orElseThrow();
    var zombie =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    stage.harness().wake(lease, new Bell());
                  } catch (InterruptedException _) {
                    // It is not interrupted: it finds out.
                  }
                });
    begun.await();
    log.release(lease);
    var next = log.claim(stage.session()).orElseThrow();
    go.countDown();
    zombie.join();
    assertThat(stage.hand().left()).containsExactly(stage.session());
    stage.harness().wake(next, new Bell());
    assertThat(stage.all(Event.AgentToolResult.class)).hasSize(1);
    assertThat(stage.hand().calls()).hasSize(1);
  }

  @Test
  void codecKeepsBothRecordsAndReadsTheOldOne() {
    var id = new EventId("sevt_1");
    var use = new EventId("sevt_2");
    for (Event event :
        List.of(
            new Event.ToolDispatched(id, use, 2, Optional.of(new HandId("hand_3"))),
            new Event.ToolDispatched(id, use, 1),
            new Event.ToolAmbiguous(id, use, "bash", Outcome.RETRIED),
            new Event.ToolAmbiguous(id, use, "odd tool", Outcome.REPORTED))) {
      var json = EventCodec.write(event, null);
      assertThat(EventCodec.read(json)).isEqualTo(event);
    }
  }

  private static boolean has(Emission append, Class<? extends Event> kind) {
    return append.entries().stream().anyMatch(entry -> kind.isInstance(entry.event()));
  }
}
