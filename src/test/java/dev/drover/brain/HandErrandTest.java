package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.Event.ToolAmbiguous.Outcome;
import dev.drover.session.EventId;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is done in a hand around its calls, and when.
final class HandErrandTest {
  private final Stage stage = new Stage();
  private final List<String> course = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    stage.close();
  }

  /// Notes when it is called, and adds a line to every result.
  private final class Noting implements HandErrand {
    private final AtomicInteger prepared = new AtomicInteger();

    @Override
    public Prepared before(Visit visit) {
      int records = stage.all(Event.ToolDispatched.class).size();
      course.add("before " + records);
      return new Prepared(List.of(), List.of("prepared " + prepared.incrementAndGet()));
    }

    @Override
    public List<String> after(Visit visit, ToolCall call) {
      int results = stage.all(Event.AgentToolResult.class).size();
      course.add("after " + call.name() + " " + results);
      return List.of("followed up " + call.name());
    }

    @Override
    public void atRest(Visit visit) {
      course.add("at rest " + visit.session().equals(stage.session()));
    }
  }

  private void calls(String... tools) {
    var uses = new Json.Obj[tools.length];
    for (int i = 0; i < tools.length; i++) {
      uses[i] = toolUse("toolu_" + i, tools[i], Json.obj("command", "x", "file_path", "y"));
    }
    stage.model().thenCalls(uses).thenText("ok");
  }

  private String result(int n) {
    return stage.all(Event.AgentToolResult.class).get(n).content().toString();
  }

  @Test
  void aHandIsPreparedBeforeTheRecordAndFollowedUpBeforeTheResult() throws Exception {
    stage.errands().add(new Noting());
    calls("bash");
    stage.queue("Hi");
    stage.wake();
    assertThat(course).containsExactly("before 0", "after bash 0");
    assertThat(result(0)).contains("prepared 1\\ndid bash\\nfollowed up bash");
  }

  @Test
  void aHandIsPreparedOnceForTheCallsOfAReplyAndAgainForThoseOfTheNext() throws Exception {
    stage.errands().add(new Noting());
    stage
        .model()
        .thenCalls(
            toolUse("toolu_1", "bash", Json.obj("command", "x")),
            toolUse("toolu_2", "bash", Json.obj("command", "y")))
        .thenCalls(toolUse("toolu_3", "bash", Json.obj("command", "z")))
        .thenText("ok");
    stage.queue("Hi");
    stage.wake();
    assertThat(course).filteredOn(one -> one.startsWith("before")).hasSize(2);
    assertThat(course).filteredOn(one -> one.startsWith("after")).hasSize(3);
    assertThat(result(0) + result(1)).containsOnlyOnce("prepared 1");
    assertThat(result(2)).contains("prepared 2");
  }

  @Test
  void whatAPreparationRecordsIsInTheLogBeforeTheCallRuns() throws Exception {
    stage
        .errands()
        .add(
            new HandErrand() {
              @Override
              public Prepared before(Visit visit) {
                var id = new EventId(stage.ids().next(EventId.PREFIX));
                var call = stage.all(Event.AgentToolUse.class).getLast().id();
                var event = new Event.ToolAmbiguous(id, call, "bash", Outcome.RETRIED);
                return new Prepared(List.of(event), List.of()); // any private event will do
              }
            });
    var seen = new AtomicInteger();
    stage
        .hand()
        .does(
            _ -> {
              seen.set(stage.all(Event.ToolAmbiguous.class).size());
              return ToolResult.success("ok");
            });
    calls("bash");
    stage.queue("Hi");
    stage.wake();
    assertThat(seen).hasValue(1);
  }

  @Test
  void whyAHandCannotBePreparedIsTheResultOfItsCalls() throws Exception {
    stage
        .errands()
        .add(
            new HandErrand() {
              @Override
              public Prepared before(Visit visit) throws Sandboxes.Unavailable {
                throw new Sandboxes.Unavailable("The blob store does not answer.");
              }
            });
    calls("bash", "read");
    stage.queue("Hi");
    stage.wake();
    assertThat(result(0)).contains("The blob store does not answer.");
    assertThat(result(1)).contains("The blob store does not answer.");
    assertThat(stage.hand().calls()).isEmpty();
    assertThat(stage.all(Event.ToolDispatched.class)).isEmpty();
  }

  @Test
  void aResumedCallIsFollowedUpByTheBrainThatRecordsItsResult() throws Exception {
    var gate = new CountDownLatch(1);
    var follows = new CountDownLatch(1);
    stage
        .errands()
        .add(
            new HandErrand() {
              @Override
              public List<String> after(Visit visit, ToolCall call) throws InterruptedException {
                course.add("after again=" + call.again());
                follows.countDown();
                gate.await();
                return List.of("followed up");
              }
            });
    calls("bash");
    stage.queue("Hi");
    StageFaults.wakeUntilDeath(stage, () -> follows.getCount() == 0);
    gate.countDown();
    stage.wake();
    assertThat(course).containsExactly("after again=false", "after again=true");
    assertThat(stage.hand().calls()).hasSize(1);
    assertThat(result(0)).contains("did bash\\nfollowed up");
  }

  @Test
  void aLostHandIsNotFollowedUp() throws Exception {
    stage.errands().add(new Noting());
    stage.hand().does(_ -> ToolResult.lost("gone"));
    calls("bash");
    stage.queue("Hi");
    stage.wake();
    assertThat(course).containsExactly("before 0");
  }

  @Test
  void aHandIsVisitedWhenTheSessionRests() throws Exception {
    stage.errands().add(new Noting());
    calls("bash");
    stage.send(stage.message("Hi"));
    await().until(() -> course.contains("at rest true"));
    assertThat(course.getLast()).isEqualTo("at rest true");
  }

  @Test
  void aSessionWithoutAHandIsNotVisited() throws Exception {
    stage.errands().add(new Noting());
    stage.model().thenText("ok");
    stage.send(stage.message("Hi"));
    await().until(() -> stage.wakes().atWork() == 0);
    stage.wakes().close(); // waits for the visits
    assertThat(course).isEmpty();
  }
}
