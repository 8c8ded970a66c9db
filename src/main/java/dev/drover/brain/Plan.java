package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.model.Answer;
import dev.drover.session.Event;
import dev.drover.session.Inbox;
import dev.drover.session.Queued;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import java.util.List;
import java.util.Optional;

/// The decisions of a brain. Pure: the same log and inbox give the same step, on any node and after
/// any crash.
final class Plan {
  /// The maximum number of replies in a row that only ask to be continued (`pause_turn`). Each can
  /// have about ten calls of a model server's own tools.
  static final int MAX_PAUSES = 20;

  /// The number of replies in a row, each cut off by the end of the context, that ends the turn.
  static final int MAX_CUTS = 3;

  private Plan() {}

  /// @param budgetReached whether the session has reached its budget; the model is then not called
  /// @param maxToolRounds the maximum number of replies with tool calls in one turn
  static Step next(ThreadFold log, Inbox inbox, boolean budgetReached, int maxToolRounds) {
    var step = next(log, inbox, maxToolRounds);
    if (!budgetReached || !(step instanceof Step.Ask ask) || ask.open().isPresent()) {
      return step;
    }
    boolean goesOn = log.status() != Status.IDLE || log.standsForClient();
    return goesOn
        ? new Step.End(new StopReason.BudgetReached(), Optional.empty())
        : new Step.Rest();
  }

  private static Step next(ThreadFold log, Inbox inbox, int maxToolRounds) {
    if (log.status() == Status.TERMINATED) {
      return new Step.Rest();
    }
    if (interrupted(inbox)) {
      return new Step.Interrupt(inbox.queued().stream().filter(Plan::isInterrupt).toList());
    }
    return switch (log.status()) {
      case IDLE -> log.pause().isPresent() ? paused(log, inbox) : idle(inbox);
      case RESCHEDULING -> log.retry().orElseThrow();
      case RUNNING -> tooMuch(log, maxToolRounds).orElseGet(() -> running(log, inbox));
      case TERMINATED, OTHER -> new Step.Rest();
    };
  }

  /// The step that follows a pause after a failed request. If that was for a summary, the message
  /// that the turn began with may still wait.
  static Step.Ask afterBackOff(ThreadFold log, Inbox inbox) {
    return new Step.Ask(
        Step.Opening.RESUMES, log.owed() ? List.of() : message(inbox), Optional.empty());
  }

  /// Whether an interrupt waits. Interrupts are processed before all messages.
  static boolean interrupted(Inbox inbox) {
    return inbox.queued().stream().anyMatch(Plan::isInterrupt);
  }

  private static boolean isInterrupt(Queued queued) {
    return queued.event() instanceof Event.UserInterrupt;
  }

  /// The oldest message, with the system message that was sent with it.
  private static List<Queued> message(Inbox inbox) {
    var queued = inbox.queued();
    boolean accompanied = queued.size() > 1 && queued.get(1).event() instanceof Event.SystemMessage;
    return queued.subList(0, Math.min(queued.size(), accompanied ? 2 : 1));
  }

  private static Step idle(Inbox inbox) {
    return inbox.queued().isEmpty()
        ? new Step.Rest()
        : new Step.Ask(Step.Opening.BEGINS, message(inbox), Optional.empty());
  }

  /// A paused turn continues when all awaited answers have arrived. Messages that arrived before
  /// the pause wait until then, too.
  private static Step paused(ThreadFold log, Inbox inbox) {
    if (log.standsForUnknown()) {
      return new Step.Rest();
    }
    var awaited = log.awaited();
    if (!awaited.isEmpty()) {
      var reason = new StopReason.RequiresAction(awaited);
      return log.pause().equals(Optional.of(reason))
          ? new Step.Rest()
          : new Step.End(reason, Optional.empty());
    }
    return log.unanswered().isEmpty() && !log.owed() && inbox.queued().isEmpty()
        ? new Step.Rest()
        : proceed(log, inbox, Step.Opening.BEGINS);
  }

  /// The next calls, or the next request.
  private static Step proceed(ThreadFold log, Inbox inbox, Step.Opening turn) {
    var calls = log.unanswered().stream().filter(call -> !call.awaited()).toList();
    return calls.isEmpty()
        ? new Step.Ask(turn, message(inbox), Optional.empty())
        : new Step.Act(turn, calls);
  }

  /// Whether a reply ends its turn: no event waits, the reply is complete and calls no tool, and
  /// its stop reason needs no report of its own.
  static boolean endsTurn(Answer.Reply reply, Inbox inbox) {
    return inbox.queued().isEmpty()
        && !ThreadFold.goesOn(reply.stopReason())
        && !ThreadFold.isCut(reply.stopReason())
        && Shortfall.of(reply).isEmpty()
        && end(reply.stopReason(), reply.stopDetails()).reason() instanceof StopReason.EndTurn
        && reply.content().items().stream()
            .noneMatch(
                block -> block instanceof Json.Obj use && "tool_use".equals(use.text("type")));
  }

  /// The step that ends a turn which has reached a limit; empty if it has not.
  private static Optional<Step> tooMuch(ThreadFold log, int maxToolRounds) {
    if (log.open().isPresent()) {
      return Optional.empty();
    }
    if (log.rounds() > maxToolRounds) {
      var limit = "the turn has reached its limit of %,d tool rounds".formatted(maxToolRounds);
      var error =
          new SessionError(
              SessionError.Type.TOOL_USE_LIMIT_REACHED,
              "The calls of the last reply did not run: " + limit + " (setting max_tool_rounds).",
              SessionError.Retry.EXHAUSTED);
      return Optional.of(new Step.GiveUp(error, "This call did not run: " + limit + "."));
    }
    if (log.pauses() > MAX_PAUSES) {
      var error =
          new SessionError(
              SessionError.Type.TOOL_USE_LIMIT_REACHED,
              "The model's server has paused the turn more than %d times in a row (`pause_turn`)."
                  .formatted(MAX_PAUSES),
              SessionError.Retry.EXHAUSTED);
      return Optional.of(new Step.GiveUp(error, Endings.INTERRUPTED));
    }
    if (log.cuts() >= MAX_CUTS) {
      var error =
          new SessionError(
              SessionError.Type.COMPACTION_LIMIT_REACHED,
              "The last %d replies in a row were cut off because the model's context is full."
                  .formatted(MAX_CUTS),
              SessionError.Retry.EXHAUSTED);
      return Optional.of(new Step.GiveUp(error, Endings.INTERRUPTED));
    }
    return log.unusable() < Shortfall.IN_A_ROW
        ? Optional.empty()
        : log.shortfall().map(last -> new Step.GiveUp(last.error(), Endings.INTERRUPTED));
  }

  private static Step running(ThreadFold log, Inbox inbox) {
    if (log.open().isPresent()) {
      return new Step.Ask(Step.Opening.GOES_ON, List.of(), log.open());
    }
    var unanswered = log.unanswered();
    var awaited = log.awaited();
    if (!awaited.isEmpty() && awaited.size() == unanswered.size()) {
      return new Step.End(new StopReason.RequiresAction(awaited), Optional.empty());
    }
    if (!unanswered.isEmpty() || log.owed() || !inbox.queued().isEmpty()) {
      return proceed(log, inbox, Step.Opening.GOES_ON);
    }
    return end(log.stopReason(), log.stopDetails());
  }

  /// The end of a turn whose last reply has this stop reason.
  private static Step.End end(String stopReason, Json.Obj stopDetails) {
    return switch (stopReason) {
      case "refusal" ->
          new Step.End(new StopReason.Refusal(refusal(stopDetails)), Optional.empty());
      default -> new Step.End(new StopReason.EndTurn(), Optional.empty());
    };
  }

  /// The model server's details of its refusal, with the keys that clients rely on.
  private static Json.Obj refusal(Json.Obj said) {
    var details = said.with("type", "refusal");
    for (var key : List.of("category", "explanation")) {
      details = details.get(key).isPresent() ? details : details.with(key, null);
    }
    return details;
  }
}
