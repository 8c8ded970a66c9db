package dev.drover.wire;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.StopReason;

/// The JSON form of the reason why a session is idle: `stop_reason` and `stop_details`.
final class StopReasonCodec {
  private StopReasonCodec() {}

  static Json.Obj write(StopReason reason) {
    return switch (reason) {
      case StopReason.EndTurn _ -> Json.obj("type", "end_turn");
      case StopReason.RequiresAction action ->
          Json.obj(
              "type",
              "requires_action",
              "event_ids",
              action.eventIds().stream().map(EventId::value).toList());
      case StopReason.RetriesExhausted _ -> Json.obj("type", "retries_exhausted");
      case StopReason.BudgetReached _ -> Json.obj("type", "budget_reached");
      case StopReason.Refusal _ -> Json.obj("type", "refusal");
      case StopReason.Other other -> other.json();
    };
  }

  static Json details(StopReason reason) {
    return reason instanceof StopReason.Refusal refusal ? refusal.details() : Json.NULL;
  }

  /// Reads an idle event of this version or a newer one.
  static StopReason read(Json.Obj event) {
    var reason = event.object("stop_reason");
    return switch (String.valueOf(reason.text("type"))) {
      case "requires_action" ->
          new StopReason.RequiresAction(
              reason.items("event_ids").stream()
                  .filter(Json.Str.class::isInstance)
                  .map(id -> new EventId(((Json.Str) id).value()))
                  .toList());
      case "end_turn" -> new StopReason.EndTurn();
      case "retries_exhausted" -> new StopReason.RetriesExhausted();
      case "budget_reached" -> new StopReason.BudgetReached();
      case "refusal" -> new StopReason.Refusal(event.object("stop_details"));
      default -> new StopReason.Other(reason);
    };
  }
}
