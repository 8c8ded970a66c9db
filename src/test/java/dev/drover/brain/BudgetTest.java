package dev.drover.brain;

import static dev.drover.testing.ScriptedModel.textBlock;
import static dev.drover.testing.ScriptedModel.toolUse;
import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.RUNNING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.TEXT_TURN;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import dev.drover.model.Answer;
import dev.drover.session.Event;
import dev.drover.session.ModelUsage;
import dev.drover.session.Money;
import dev.drover.session.Session;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import dev.drover.testing.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Turns that meet their budget. Each reply costs three dollars.
final class BudgetTest {
  private final Stage stage = new Stage();

  @BeforeEach
  void open() {
    stage.hand().does(_ -> ToolResult.success("ok"));
    budget(Optional.of(new Money(250)));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aTurnStandsStillAtItsBudgetAndGoesOnWhenThatIsRaised() throws Exception {
    says("tool_use", toolUse("toolu_1", "bash", Json.obj()));
    stage.queue("Go");
    stage.wake();
    assertThat(stage.types())
        .endsWith(
            "agent.tool_use",
            "span.model_request_end",
            "agent.tool_result",
            "session.thread_status_idle",
            "session.usage",
            "session.status_idle");
    assertThat(reason()).isEqualTo(new StopReason.BudgetReached());
    var told = stage.all(Event.UsageReported.class).getLast();
    assertThat(told.listCost()).contains(new Money(300));
    assertThat(told.budget()).contains(new Money(250));
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
    assertThat(stage.model().prompts()).hasSize(1);

    stage.wake();
    stage.queue("A message that crossed the end");
    stage.interrupt();
    stage.wake();
    assertThat(stage.types()).endsWith("session.status_idle", "user.interrupt");
    assertThat(stage.model().prompts()).hasSize(1);

    budget(Optional.of(new Money(301)));
    says("end_turn", textBlock("Done"));
    stage.wake();
    assertThat(stage.types())
        .endsWith(sequence(List.of("session.updated"), TEXT_TURN).toArray(String[]::new));
    assertThat(reason()).isEqualTo(new StopReason.EndTurn());
    assertThat(stage.row().progress().usage().inputTokens()).isEqualTo(2_000_000);
  }

  @Test
  void aBudgetThatIsRaisedWhileAnInterruptWaitsLetsTheTurnGoOn() throws Exception {
    says("tool_use", toolUse("toolu_1", "bash", Json.obj()));
    stage.queue("Go");
    stage.wake();
    stage.interrupt();
    budget(Optional.of(new Money(301)));
    says("end_turn", textBlock("Done"));
    stage.wake();
    assertThat(stage.types())
        .endsWith(
            sequence(
                    List.of("session.updated", "user.interrupt"),
                    RUNNING,
                    List.of("span.model_request_start"),
                    TEXT,
                    CLOSING)
                .toArray(String[]::new));
    assertThat(reason()).isEqualTo(new StopReason.EndTurn());
  }

  @Test
  void aBudgetThatIsRemovedHoldsNothingUp() throws Exception {
    says("tool_use", toolUse("toolu_1", "odd", Json.obj()));
    stage.queue("Go");
    stage.wake();
    assertThat(reason()).isEqualTo(new StopReason.BudgetReached());
    budget(Optional.empty());
    says("end_turn", textBlock("Done"));
    assertThat(stage.store().eventLog().unfinished()).containsExactly(stage.session());
    stage.wake();
    assertThat(reason()).isEqualTo(new StopReason.EndTurn());
    assertThat(stage.row().status()).isEqualTo(Status.IDLE);
  }

  @Test
  void aTurnThatEndsByItselfEndsAsAnyOther() throws Exception {
    says("end_turn", textBlock("Done"));
    stage.queue("Go");
    stage.wake();
    assertThat(reason()).isEqualTo(new StopReason.EndTurn());
    stage.queue("A message that crossed the end");
    stage.wake();
    assertThat(stage.types()).endsWith("session.status_idle");
    assertThat(stage.store().eventLog().unfinished()).isEmpty();
  }

  private void says(String stopReason, Json block) {
    stage
        .model()
        .then(
            (_, _) ->
                new Answer.Reply(
                    Json.arr(block), stopReason, Json.EMPTY, new ModelUsage(1_000_000, 0, 0, 0)));
  }

  private void budget(Optional<Money> budget) {
    var updated =
        stage
            .store()
            .sessions()
            .update(
                Stage.WORKSPACE,
                stage.session(),
                session ->
                    session.with(new Session.Editable(session.agent(), null, Map.of(), budget)));
    updated.lease().ifPresent(stage.store().eventLog()::release);
  }

  private StopReason reason() {
    return stage.all(Event.StatusIdle.class).getLast().reason();
  }
}
