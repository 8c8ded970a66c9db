package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.toolUse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.CustomTool;
import dev.drover.catalog.Tool;
import dev.drover.catalog.Toolset;
import dev.drover.reading.GetEvents;
import dev.drover.session.Emission;
import dev.drover.session.Emitted;
import dev.drover.session.Event;
import dev.drover.session.EventLog;
import dev.drover.session.Lease;
import dev.drover.session.Status;
import dev.drover.testing.EventLogView;
import dev.drover.testing.Stage;
import dev.drover.tools.Inventory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A model that rereads its session, from the offer to the result, and after a crash.
final class GetEventsTurnTest {
  private static final Toolset ASKING =
      new Toolset(new Toolset.Setting(true, Toolset.Policy.ALWAYS_ASK), List.of());
  private static final Json.Obj KEY = Json.obj("text", "the key is");

  private final Stage stage = stage(ASKING);

  private static Stage stage(Tool... tools) {
    var inventory = Inventory.HANDS.withReader(new GetEvents(System::nanoTime), true);
    return new Stage(List.of(tools), inventory);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /// A first turn, and a second one in which the model asks for it.
  private static void script(Stage stage, String tool) throws Exception {
    stage.model().thenText("So the key is 4711.");
    stage.queue("Remember it.");
    stage.wake();
    stage.model().thenCalls(toolUse("toolu_1", tool, KEY)).thenText("It is 4711.");
    stage.queue("Which one is it?");
  }

  private static String answer(Stage stage) {
    var results = stage.all(Event.AgentToolResult.class);
    assertThat(results).hasSize(1);
    assertThat(results.getFirst().isError()).isFalse();
    return results.getFirst().content().toString();
  }

  @Test
  void itRunsWithoutAHandAPermissionAndADispatchRecord() throws Exception {
    script(stage, "get_events");
    stage.wake();
    assertThat(answer(stage))
        .contains("agent.message\\nSo the key is 4711.")
        .doesNotContain("Which");
    assertThat(stage.all(Event.AgentToolUse.class).getFirst().permission())
        .isEqualTo(Event.Permission.ALLOWED);
    assertThat(stage.all(Event.ToolDispatched.class)).isEmpty();
    assertThat(stage.hand().provisions()).isZero();
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
    assertThat(stage.model().prompts().getLast().messages().toString())
        .contains("Recorded data of this session up to #");
  }

  @Test
  void besideACustomToolOfItsNameItHasAnother() throws Exception {
    var custom = new CustomTool("get_events", "The client's.", Json.obj("type", "object"));
    try (var both = stage(ASKING, custom)) {
      script(both, "session_get_events");
      both.wake();
      assertThat(answer(both)).contains("So the key is 4711.");
      assertThat(both.hand().provisions()).isZero();
      assertThat(both.all(Event.AgentCustomToolUse.class)).isEmpty();
    }
  }

  @Test
  void whereItIsNotOfferedThePromptIsAsBefore() throws Exception {
    try (var without = new Stage(List.of(ASKING))) {
      script(without, "get_events");
      without.wake();
      assertThat(without.model().prompts().getFirst().tools().toString())
          .doesNotContain("get_events");
      assertThat(without.all(Event.AgentToolResult.class).getFirst().content().toString())
          .contains("no such tool: get_events");
    }
    script(stage, "get_events");
    assertThat(stage.model().prompts().getFirst().tools().toString()).contains("get_events");
    stage.wake();
  }

  /// A log that fails instead of taking the result of a call.
  private record Losing(EventLog log, List<String> lost) implements EventLogView {
    @Override
    public Emitted emitEvents(Lease lease, Emission emission) {
      for (var entry : emission.entries()) {
        if (entry.event() instanceof Event.AgentToolResult result) {
          lost.add(result.content().toString());
          throw Problem.unavailable("away", new IllegalStateException());
        }
      }
      return log.emitEvents(lease, emission);
    }
  }

  @Test
  void afterACrashTheResultIsTheSame() throws Exception {
    script(stage, "get_events");
    var log = stage.store().eventLog();
    var losing = new Losing(log, new ArrayList<>());
    var lease = log.claim(stage.session()).orElseThrow();
    assertThatThrownBy(() -> stage.harness(losing).wake(lease, new Bell()))
        .isInstanceOf(Problem.class);
    log.release(lease);
    assertThat(stage.all(Event.AgentToolResult.class)).isEmpty();
    stage.wake();
    assertThat(losing.lost()).isNotEmpty().containsOnly(answer(stage));
    assertThat(stage.all(Event.ToolAmbiguous.class)).isEmpty();
  }
}
