package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.testing.ScriptedModel;
import dev.drover.testing.Stage;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The command against the real server: everything is real but the model and the hand.
@Timeout(30)
final class RunOnServerTest {
  private final Stage stage = new Stage();
  private final StageServer server = new StageServer(stage);
  private final TestShell shell = new TestShell();

  @AfterEach
  void close() {
    stage.close();
  }

  private int run(String... args) {
    var all = new java.util.ArrayList<>(List.of("run"));
    all.addAll(Arrays.asList(args));
    return shell.run(server, all.toArray(String[]::new));
  }

  private void scriptATurnWithATool() {
    stage
        .model()
        .thenCalls(
            ScriptedModel.textBlock("I look."),
            ScriptedModel.toolUse("toolu_1", "bash", Json.obj("command", "ls")))
        .thenText("There is a.txt.");
    stage.hand().does(_ -> ToolResult.success("a.txt\n\u001b[31mb.txt"));
  }

  @Test
  void aTurnWithAToolIsToldInOrder() {
    scriptATurnWithATool();
    assertThat(run("What is here?")).isZero();
    assertThat(shell.out())
        .containsSubsequence(
            "I look.\n\n",
            "▸ bash  ls\n  a.txt\n  b.txt\n\n",
            "There is a.txt.\n\n",
            "tokens 20 in");
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void aSecondRunUsesTheEnvironmentOfTheFirst() {
    stage.model().thenText("One.").thenText("Two.");
    assertThat(run("first")).isZero();
    assertThat(run("second")).isZero();
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void jsonLinesAreTheEventsOfTheSession() {
    scriptATurnWithATool();
    assertThat(run("--json", "What is here?")).isZero();
    var types =
        shell.out().lines().map(line -> TurnOutcome.type((Json.Obj) Json.trusted(line))).toList();
    assertThat(types)
        .startsWith("user.message", "session.status_running")
        .contains("event_start", "event_delta", "agent.tool_use", "agent.tool_result")
        .endsWith("session.usage", "session.status_idle");
  }

  @Test
  void aTerminalSeesTheSame() {
    shell.terminal = true;
    scriptATurnWithATool();
    assertThat(run("What is here?")).isZero();
    assertThat(shell.out()).contains("There is a.txt.").contains("▸ ").doesNotContain("\u001b[31m");
  }

  @Test
  void aModelThatRejectsEndsInFailure() {
    stage.model().thenFailure(Answer.Kind.REJECTED, "no such model");
    assertThat(run("x")).isEqualTo(1);
    assertThat(shell.err()).contains("no such model");
  }

  @Test
  void ctrlCStopsAModelInTheMiddle() throws Exception {
    var begun = new CountDownLatch(1);
    stage.model().thenStall(begun);
    try (var scope = new Scope()) {
      var status = scope.fork(() -> run("x"));
      begun.await();
      shell.handlers.take().run();
      assertThat(status.join()).isEqualTo(130);
    }
    assertThat(shell.err()).contains("stopping the agent", "interrupted");
  }
}
