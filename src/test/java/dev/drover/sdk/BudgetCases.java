package dev.drover.sdk;

import static dev.drover.sdk.RefusalCases.refused;
import static dev.drover.testing.Sequences.CLOSING;
import static dev.drover.testing.Sequences.OPENING;
import static dev.drover.testing.Sequences.RUNNING;
import static dev.drover.testing.Sequences.TEXT;
import static dev.drover.testing.Sequences.TEXT_TURN;
import static dev.drover.testing.Sequences.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.BadRequestException;
import com.anthropic.models.beta.BetaCurrency;
import com.anthropic.models.beta.BetaMonetaryAmount;
import com.anthropic.models.beta.agents.BetaManagedAgentsModel;
import com.anthropic.models.beta.sessions.BetaManagedAgentsBudgetLimit;
import com.anthropic.models.beta.sessions.SessionUpdateParams;
import com.anthropic.models.beta.sessions.events.BetaManagedAgentsStreamSessionEvents;
import dev.drover.base.Json;
import dev.drover.testing.Script;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Sessions that may cost so much and no more. The model costs a dollar for a million tokens.
abstract class BudgetCases {
  private final Rig rig;

  BudgetCases(Rig rig) {
    this.rig = rig;
  }

  @Test
  void aTurnThatMeetsItsBudgetPausesUntilItIsRaised() {
    rig.model.script(
        Script.reply().toolUse("bash", Json.obj("command", "echo 1")).usage(2_000_000, 500_000),
        Script.reply().text("Done.").usage(0, 1000));
    var session = rig.beta.sessions().create(rig.session(Rig.coder()).budget(cents(200)).build());
    assertThat(session.budget().orElseThrow().maxListCost().amount()).isEqualTo("200");
    try (var talk = new Talk(rig, session.id())) {
      talk.say("Go");
      assertThat(talk.untilIdle().stopReason().isBudgetReached()).isTrue();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  OPENING,
                  List.of("agent.tool_use", "span.model_request_end", "agent.tool_result"),
                  CLOSING));
      var thread = talk.last(BetaManagedAgentsStreamSessionEvents::isSessionThreadStatusIdle);
      assertThat(thread.asSessionThreadStatusIdle().stopReason().isBudgetReached()).isTrue();
      var usage = talk.last(BetaManagedAgentsStreamSessionEvents::isSessionUsage).asSessionUsage();
      assertThat(usage.usage().listCost().orElseThrow().amount()).isEqualTo("250");
      assertThat(usage.budget().orElseThrow().maxListCost().amount()).isEqualTo("200");

      refused(BadRequestException.class, () -> talk.say("More"), "")
          .hasMessageContaining("session budget reached");
      talk.interrupt();
      talk.until(e -> e.isUserInterrupt() && e.asUserInterrupt().processedAt().isPresent());
      refused(
          BadRequestException.class,
          () -> rig.beta.sessions().update(budget(talk.id, cents(250))),
          "budget_not_raised");

      var raised = rig.beta.sessions().update(budget(talk.id, cents(300)));
      assertThat(raised.budget().orElseThrow().maxListCost().amount()).isEqualTo("300");
      assertThat(talk.untilIdle().stopReason().isEndTurn()).isTrue();
      assertThat(talk.news())
          .isEqualTo(
              sequence(
                  List.of("user.interrupt", "session.updated"),
                  RUNNING,
                  List.of("span.model_request_start"),
                  TEXT,
                  CLOSING));
      var updated = talk.last(BetaManagedAgentsStreamSessionEvents::isSessionUpdated);
      assertThat(updated.asSessionUpdated().budget().orElseThrow().maxListCost().amount())
          .isEqualTo("300");
      assertThat(updated.asSessionUpdated().title()).isEmpty();
      talk.assertListedAsStreamed();

      var freed =
          rig.beta
              .sessions()
              .update(
                  SessionUpdateParams.builder()
                      .sessionId(talk.id)
                      .budget(Optional.<BetaManagedAgentsBudgetLimit>empty())
                      .build());
      assertThat(freed.budget()).isEmpty();
      var last = talk.until(BetaManagedAgentsStreamSessionEvents::isSessionUpdated);
      assertThat(last.asSessionUpdated()._budget().isNull()).isTrue();
      refused(
          BadRequestException.class,
          () -> rig.beta.sessions().update(budget(talk.id, cents(900))),
          "budget_create_only");
    }
  }

  @Test
  void aTurnThatEndsAtItsBudget() {
    rig.model.script(Script.reply().text("Done.").usage(1_000_000, 0));
    var session = rig.beta.sessions().create(rig.session(Rig.coder()).budget(cents(100)).build());
    try (var talk = new Talk(rig, session.id())) {
      talk.say("Go");
      talk.untilIdle();
      assertThat(talk.news()).isEqualTo(TEXT_TURN);
      var listed = rig.beta.sessions().retrieve(talk.id).usage().listCost();
      assertThat(listed.orElseThrow().amount()).isEqualTo("100");
    }
  }

  @Test
  void aBudgetNeedsAPrice() {
    var unpriced = rig.session(Rig.coder().model(BetaManagedAgentsModel.of(Rig.PLAIN)));
    refused(
        BadRequestException.class,
        () -> rig.beta.sessions().create(unpriced.budget(cents(100)).build()),
        "model_not_budgetable");
  }

  private static SessionUpdateParams budget(String session, BetaManagedAgentsBudgetLimit limit) {
    return SessionUpdateParams.builder().sessionId(session).budget(limit).build();
  }

  private static BetaManagedAgentsBudgetLimit cents(int amount) {
    return BetaManagedAgentsBudgetLimit.builder()
        .type(JsonValue.from("limit"))
        .maxListCost(
            BetaMonetaryAmount.builder()
                .amount(Integer.toString(amount))
                .currency(BetaCurrency.USD)
                .build())
        .build();
  }
}
