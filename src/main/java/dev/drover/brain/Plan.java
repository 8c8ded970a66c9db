package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Inbox;
import dev.drover.session.Queued;
import dev.drover.session.SessionError;
import dev.drover.session.Status;
import dev.drover.session.StopReason;
import java.util.List;
import java.util.Optional;

/// Everything that decides. Pure: the same log and inbox give the same step, on any node, after any
/// crash.
final class Plan {
  private Plan() {}

  static Step next(Fold log, Inbox inbox) {
    if (log.status() == Status.TERMINATED) {
      return new Step.Rest();
    }
    if (interrupted(inbox)) {
      return new Step.Interrupt(inbox.queued().stream().filter(Plan::isInterrupt).toList());
    }
    var message = inbox.queued().stream().findFirst();
    return switch (log.status()) {
      case IDLE ->
          message.isPresent()
              ? new Step.Ask(Step.Opening.BEGINS, message, Optional.empty())
              : new Step.Rest();
      case RESCHEDULING -> log.retry().orElseThrow();
      case RUNNING -> running(log, message);
      case TERMINATED -> new Step.Rest();
    };
  }

  /// What follows a pause.
  static Step.Ask afterBackOff() {
    return new Step.Ask(Step.Opening.RESUMES, Optional.empty(), Optional.empty());
  }

  /// Whether an interrupt waits: it goes before every message.
  static boolean interrupted(Inbox inbox) {
    return inbox.queued().stream().anyMatch(Plan::isInterrupt);
  }

  private static boolean isInterrupt(Queued queued) {
    return queued.event() instanceof Event.UserInterrupt;
  }

  private static Step running(Fold log, Optional<Queued> message) {
    if (log.open().isPresent()) {
      return new Step.Ask(Step.Opening.GOES_ON, Optional.empty(), log.open());
    }
    var calls = log.unanswered();
    if (!calls.isEmpty()) {
      return new Step.Act(calls);
    }
    if (log.owed() || message.isPresent()) {
      return new Step.Ask(Step.Opening.GOES_ON, message, Optional.empty());
    }
    return switch (log.stopReason()) {
      case "refusal" ->
          new Step.End(new StopReason.Refusal(refusal(log.stopDetails())), Optional.empty());
      case "model_context_window_exceeded" ->
          new Step.End(
              new StopReason.RetriesExhausted(),
              Optional.of(
                  new SessionError(
                      SessionError.Type.COMPACTION_LIMIT_REACHED,
                      "The model's context is full: this session cannot go on. Start a new one.",
                      SessionError.Retry.EXHAUSTED)));
      default -> new Step.End(new StopReason.EndTurn(), Optional.empty());
    };
  }

  /// What the model's server said of its refusal, with the keys that clients count on.
  private static Json.Obj refusal(Json.Obj said) {
    var details = said.with("type", "refusal");
    for (var key : List.of("category", "explanation")) {
      details = details.get(key).isPresent() ? details : details.with(key, null);
    }
    return details;
  }
}
