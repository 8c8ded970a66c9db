package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.hands.Hand;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.Event.ToolAmbiguous.Outcome;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.Status;
import dev.drover.testing.EventLogView;
import dev.drover.testing.PuppetTool;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A tool that runs in the brain's own process, from the offer to the result, and after a crash.
/// The tool is one class, and an argument of the stage.
final class ServerToolTest {
  private static final Json.Obj IMAGE =
      Json.obj(
          "type",
          "image",
          "source",
          Json.obj("type", "base64", "media_type", "image/png", "data", "aGk="));
  private static final Json.Obj INPUT = Json.obj("of", "it");

  private final PuppetTool looks = new PuppetTool("look", true);
  private final PuppetTool acts = new PuppetTool("act", false);
  private final Stage stage = stage(new Toolset(Toolset.OPEN, List.of()));

  private Stage stage(Tool... tools) {
    return new Stage(List.of(tools), looks, acts);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private static void asks(Stage stage, String... tools) {
    var uses = new Json[tools.length];
    for (int i = 0; i < tools.length; i++) {
      uses[i] = toolUse("toolu_" + i, tools[i], INPUT);
    }
    if (tools.length > 0) {
      stage.model().thenCalls(uses);
    }
    stage.model().thenText("ok");
    stage.queue("Hi");
  }

  private static List<Event.AgentToolResult> results(Stage stage) {
    return stage.all(Event.AgentToolResult.class);
  }

  private List<Outcome> outcomes() {
    return stage.all(Event.ToolAmbiguous.class).stream().map(Event.ToolAmbiguous::outcome).toList();
  }

  private static List<String> offered(Stage stage) {
    return stage.model().prompts().getLast().tools().items().stream()
        .map(tool -> String.valueOf(((Json.Obj) tool).text("name")))
        .toList();
  }

  @Test
  void itIsOfferedAfterTheToolsOfTheHand() throws Exception {
    asks(stage);
    stage.wake();
    assertThat(offered(stage))
        .containsExactly("bash", "read", "write", "edit", "glob", "grep", "look", "act");
    assertThat(stage.model().prompts().getLast().tools().items().get(6))
        .isEqualTo(
            Json.obj(
                "name",
                "look",
                "description",
                "What look does.",
                "input_schema",
                Json.obj("type", "object")));
  }

  @Test
  void itRunsWithoutASandboxAndItsResultIsRecorded() throws Exception {
    looks.does(_ -> ToolResult.success(Json.arr(IMAGE, Json.obj("type", "text", "text", "seen"))));
    asks(stage, "look");
    stage.wake();
    assertThat(stage.hand().provisions()).isZero();
    assertThat(looks.sessions()).containsExactly(stage.session());
    assertThat(looks.calls().getFirst().input()).isEqualTo(INPUT);
    assertThat(looks.calls().getFirst().again()).isFalse();
    var use = stage.all(Event.AgentToolUse.class).getFirst();
    assertThat(use.permission()).isEqualTo(Event.Permission.ALLOWED);
    assertThat(results(stage))
        .singleElement()
        .satisfies(
            result -> {
              assertThat(result.toolUseId()).isEqualTo(use.id());
              assertThat(result.isError()).isFalse();
              assertThat(result.content().items()).first().isEqualTo(IMAGE);
            });
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("\"aGk=\"", "\"seen\"");
    assertThat(stage.all(Event.StatusIdle.class)).hasSize(1);
  }

  @Test
  void itsIntentIsDurableBeforeItRunsAndNamesNoHand() throws Exception {
    acts.does(
        call -> {
          var intents = stage.all(Event.ToolDispatched.class);
          assertThat(intents).singleElement().matches(intent -> intent.hand().isEmpty());
          assertThat(intents.getFirst().toolUseId()).isEqualTo(call.id());
          return ToolResult.success("done");
        });
    asks(stage, "act");
    stage.wake();
    assertThat(results(stage).getFirst().isError()).isFalse();
  }

  @Test
  void besideAHandsToolBothRunAndTheResultsKeepTheModelsOrder() throws Exception {
    var begun = new CountDownLatch(2);
    Hand together =
        call -> {
          begun.countDown();
          begun.await();
          return ToolResult.success("did " + call.name());
        };
    looks.does(together);
    stage.hand().does(together);
    asks(stage, "look", "bash");
    stage.wake();
    assertThat(results(stage))
        .extracting(result -> result.content().toString())
        .satisfiesExactly(
            first -> assertThat(first).contains("did look"),
            second -> assertThat(second).contains("did bash"));
    assertThat(stage.hand().provisions()).isEqualTo(1);
    assertThat(stage.hand().calls()).hasSize(1);
  }

  @Test
  void withoutASandboxItRunsAllTheSame() throws Exception {
    stage.hand().refuses("no bubblewrap");
    asks(stage, "bash", "look");
    stage.wake();
    assertThat(results(stage).get(0).content().toString()).contains("no bubblewrap");
    assertThat(results(stage).get(1).content().toString()).contains("did look");
  }

  @ParameterizedTest
  @EnumSource(
      value = Toolset.Policy.class,
      names = {"ALWAYS_ASK", "AUTO"})
  void aPolicyThatAsksWaitsForTheClient(Toolset.Policy policy) throws Exception {
    for (boolean allow : new boolean[] {true, false}) {
      try (var asking = stage(set("act", new Toolset.Setting(true, policy)))) {
        int before = acts.calls().size();
        asks(asking, "act");
        asking.wake();
        assertThat(acts.calls()).hasSize(before);
        var use = asking.all(Event.AgentToolUse.class).getFirst();
        var id = new EventId(asking.ids().next(EventId.PREFIX));
        asking.receive(
            new Event.UserToolConfirmation(id, use.id(), allow, allow ? null : "rather not"));
        asking.wake();
        assertThat(acts.calls()).hasSize(before + (allow ? 1 : 0));
        assertThat(results(asking).getFirst().content().toString())
            .contains(allow ? "did act" : "rather not");
        assertThat(results(asking).getFirst().isError()).isEqualTo(!allow);
      }
    }
  }

  private static Toolset set(String tool, Toolset.Setting setting) {
    return new Toolset(Toolset.OPEN, List.of(new Toolset.ToolSetting(tool, setting)));
  }

  @Test
  void disabledItIsNotOfferedAndACallOfItIsRefused() throws Exception {
    try (var without = stage(set("act", new Toolset.Setting(false, Toolset.Policy.ALWAYS_ALLOW)))) {
      asks(without, "act");
      without.wake();
      assertThat(offered(without)).contains("look").doesNotContain("act");
      assertThat(without.all(Event.AgentToolUse.class).getFirst().permission())
          .isEqualTo(Event.Permission.NOT_ENABLED);
      assertThat(results(without).getFirst().content().toString())
          .contains("Permission to use act has been denied");
      assertThat(acts.calls()).isEmpty();
    }
  }

  @Test
  void anAgentWithoutAToolsetIsOfferedNone() throws Exception {
    try (var without = stage()) {
      asks(without, "look");
      without.wake();
      assertThat(offered(without)).isEmpty();
      assertThat(results(without).getFirst().content().toString())
          .contains("Permission to use look has been denied", "There are no tools.");
      assertThat(looks.calls()).isEmpty();
    }
  }

  @Test
  void aClientsToolOfTheSameNameTakesItsPlace() throws Exception {
    var custom = new CustomTool("look", "The client looks.", Json.obj("type", "object"));
    try (var both = stage(new Toolset(Toolset.OPEN, List.of()), custom)) {
      asks(both, "look");
      both.wake();
      assertThat(offered(both)).containsOnlyOnce("look");
      assertThat(both.all(Event.AgentCustomToolUse.class)).hasSize(1);
      assertThat(looks.calls()).isEmpty();
      both.interrupt();
      both.wake();
    }
  }

  @Test
  void aToolThatThrowsIsAFailedCallOfATurnThatGoesOn() throws Exception {
    looks.does(
        _ -> {
          throw new IllegalStateException("a secret of the server");
        });
    asks(stage, "look", "act");
    stage.wake();
    assertThat(results(stage).getFirst().isError()).isTrue();
    assertThat(results(stage).getFirst().content().toString())
        .contains("look: internal error")
        .doesNotContain("secret");
    assertThat(results(stage).get(1).isError()).isFalse();
    assertThat(stage.all(Event.Failed.class)).isEmpty();
    assertThat(outcomes()).isEmpty();
  }

  /// Runs until its thread is interrupted.
  private static final class Endless implements Hand {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public ToolResult execute(ToolCall call) throws InterruptedException {
      begun.countDown();
      try {
        new CountDownLatch(1).await();
        throw new IllegalStateException("never");
      } finally {
        ended.countDown();
      }
    }
  }

  @Test
  void anInterruptOfTheClientStopsIt() throws Exception {
    var endless = new Endless();
    acts.does(endless);
    stage.model().thenCalls(toolUse("toolu_0", "act", INPUT));
    stage.send(stage.message("Hi"));
    endless.begun.await();
    stage.send(new Event.UserInterrupt(stage.interruptId()));
    endless.ended.await();
    await().until(() -> stage.row().status() == Status.IDLE);
    assertThat(results(stage).getFirst().content().toString())
        .contains("interrupted before completion");
    assertThat(outcomes()).isEmpty();
    assertThat(acts.calls()).hasSize(1);
  }

  @Test
  void itStopsWithTheServerAndTheNextOneReportsIt() throws Exception {
    var endless = new Endless();
    acts.does(endless);
    asks(stage, "act");
    var log = stage.store().eventLog();
    var lease = log.claim(stage.session()).orElseThrow();
    stage.wakes().wake(lease);
    endless.begun.await();
    stage.wakes().close();
    assertThat(endless.ended.getCount()).isZero();
    assertThat(results(stage)).isEmpty();
    log.release(lease);
    stage.wake();
    assertThat(acts.calls()).hasSize(1);
    assertThat(outcomes()).containsExactly(Outcome.REPORTED);
    assertThat(results(stage).getFirst().isError()).isTrue();
    assertThat(results(stage).getFirst().content().toString())
        .contains("act: Drover stopped while this call was running")
        .doesNotContain("sandbox");
    assertThat(stage.hand().provisions()).isZero();
  }

  @Test
  void aCrashHasAReadOnlyToolRunAgainUnderANewRecord() throws Exception {
    looks.does(new Endless());
    asks(stage, "look");
    StageFaults.wakeUntilDeath(stage);
    looks.does(_ -> ToolResult.success("seen"));
    stage.wake();
    assertThat(stage.all(Event.ToolDispatched.class))
        .extracting(Event.ToolDispatched::attempt)
        .containsExactly(1, 2);
    assertThat(outcomes()).containsExactly(Outcome.RETRIED);
    assertThat(results(stage)).singleElement().matches(result -> !result.isError());
  }

  @Test
  void anOperatorMayTurnBothAround() throws Exception {
    looks.does(new Endless());
    acts.does(new Endless());
    asks(stage, "look", "act");
    StageFaults.wakeUntilDeath(stage);
    looks.does(_ -> ToolResult.success("did look"));
    acts.does(_ -> ToolResult.success("did act"));
    var setting = OnAmbiguous.DEFAULT.with("look", false).with("act", true);
    AmbiguousTest.with(stage.harness(), setting).wake(stage.session());
    assertThat(results(stage).get(0).isError()).isTrue();
    assertThat(results(stage).get(1).content().toString()).contains("did act");
  }

  @Test
  void aCallThatAlwaysKillsItsServerIsGivenUp() throws Exception {
    looks.does(new Endless());
    asks(stage, "look");
    for (int attempt = 1; attempt <= 3; attempt++) {
      int records = attempt;
      StageFaults.wakeUntilDeath(
          stage, () -> stage.all(Event.ToolDispatched.class).size() == records);
    }
    stage.wake();
    assertThat(looks.calls()).hasSizeLessThanOrEqualTo(3);
    assertThat(outcomes()).containsExactly(Outcome.RETRIED, Outcome.RETRIED, Outcome.REPORTED);
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
  }

  /// A log that fails on its n-th append, before it or after.
  private record Failing(EventLog log, AtomicInteger left, boolean afterwards)
      implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      boolean now = left.decrementAndGet() == 0;
      if (now && !afterwards) {
        throw Problem.unavailable("away", new IllegalStateException());
      }
      var emitted = log.emitEvents(lease, emission);
      if (now) {
        throw Problem.unavailable("away", new IllegalStateException());
      }
      return emitted;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereverItsBrainDiesACallHasOneResultAndActsAtMostOnce(boolean afterwards) throws Exception {
    for (int death = 3; death <= 5; death++) {
      int before = acts.calls().size();
      try (var dying = stage(new Toolset(Toolset.OPEN, List.of()))) {
        asks(dying, "act", "look");
        var log = dying.store().eventLog();
        var failing = new Failing(log, new AtomicInteger(death), afterwards);
        var lease = log.claim(dying.session()).orElseThrow();
        assertThatThrownBy(() -> dying.harness(failing).wake(lease, new Bell()))
            .isInstanceOf(Problem.class);
        log.release(lease);
        dying.wake();
        assertThat(results(dying))
            .extracting(Event.AgentToolResult::toolUseId)
            .containsExactlyElementsOf(
                dying.all(Event.AgentToolUse.class).stream().map(Event::id).toList());
        assertThat(acts.calls().size() - before).as("death %s", death).isLessThanOrEqualTo(1);
        assertThat(results(dying).get(1).isError()).isFalse();
        assertThat(dying.row().status()).isEqualTo(Status.IDLE);
      }
    }
  }
}
