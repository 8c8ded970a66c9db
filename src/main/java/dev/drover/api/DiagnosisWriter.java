package dev.drover.api;

import static java.util.stream.Collectors.joining;

import dev.drover.base.Json;
import dev.drover.brain.SessionDiagnosis;
import dev.drover.brain.Tail;
import dev.drover.session.EventId;
import dev.drover.wire.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// The writer of a [SessionDiagnosis]: as JSON for programs, and as a sentence for people.
///
/// @param now the time of the diagnosis
/// @param lapse how long a node may be without a beat
record DiagnosisWriter(Instant now, Duration lapse) {
  Json write(SessionDiagnosis diagnosis) {
    return switch (diagnosis) {
      case SessionDiagnosis.Terminated _ -> Json.obj("type", "terminated");
      case SessionDiagnosis.AtRest _ -> Json.obj("type", "at_rest");
      case SessionDiagnosis.Queued _ -> Json.obj("type", "queued");
      case SessionDiagnosis.NodeGone gone -> Json.obj("type", "node_gone", "node", gone.node());
      case SessionDiagnosis.NodeSilent(var node, var silent) ->
          Json.obj("type", "node_silent", "node", node, "silent_ms", silent.toMillis());
      case SessionDiagnosis.BrainMissing _ -> Json.obj("type", "brain_missing");
      case SessionDiagnosis.ModelRequest(var since) ->
          Json.obj("type", "model_request", "since", Times.write(since));
      case SessionDiagnosis.ToolCalls(var calls) ->
          Json.obj(
              "type", "tool_calls", "calls", calls.stream().map(DiagnosisWriter::write).toList());
      case SessionDiagnosis.RequiresAction(var uses) ->
          Json.obj(
              "type", "requires_action", "event_ids", uses.stream().map(EventId::value).toList());
      case SessionDiagnosis.BackingOff(var until) ->
          Json.obj("type", "backing_off", "until", Times.write(until));
      case SessionDiagnosis.BudgetReached _ -> Json.obj("type", "budget_reached");
      case SessionDiagnosis.BetweenSteps _ -> Json.obj("type", "between_steps");
    };
  }

  private static Json.Obj write(Tail.Call call) {
    return Json.obj(
        "id", call.id().value(),
        "name", call.name(),
        "since", call.since().map(Times::write).orElse(null));
  }

  String sentence(SessionDiagnosis diagnosis) {
    return switch (diagnosis) {
      case SessionDiagnosis.Terminated _ -> "The session has ended.";
      case SessionDiagnosis.AtRest _ ->
          "The session is idle. Send a message to start the next turn.";
      case SessionDiagnosis.Queued _ ->
          ("The session is in the queue: it has unfinished work and no node holds it. A live node"
                  + " claims it within %s.")
              .formatted(text(lapse.dividedBy(5)));
      case SessionDiagnosis.NodeGone(var node) ->
          "The node %s, which held the session, is gone. A live node claims it within %s."
              .formatted(node, text(lapse.dividedBy(5)));
      case SessionDiagnosis.NodeSilent(var node, var silent) ->
          ("The node %s, which holds the session, has had no beat for %s; after %s other nodes"
                  + " take the session over.")
              .formatted(node, text(silent), text(lapse));
      case SessionDiagnosis.BrainMissing _ ->
          "This node holds the session but runs no brain for it; one of its next checks wakes one.";
      case SessionDiagnosis.ModelRequest(var since) ->
          "The session is waiting for the model, which was called at %s (%s ago)."
              .formatted(Times.write(since), text(Duration.between(since, now)));
      case SessionDiagnosis.ToolCalls(var calls) ->
          "The session is waiting for tools: " + calls(calls) + ".";
      case SessionDiagnosis.RequiresAction(var uses) ->
          "The session is waiting for the client to answer %s."
              .formatted(uses.stream().map(EventId::value).collect(joining(", ")));
      case SessionDiagnosis.BackingOff(var until) ->
          "The model failed; it is called again at %s (%s)."
              .formatted(
                  Times.write(until),
                  until.isAfter(now) ? "in " + text(Duration.between(now, until)) : "now");
      case SessionDiagnosis.BudgetReached _ ->
          "The session has reached its budget; it continues after an update that raises the"
              + " budget.";
      case SessionDiagnosis.BetweenSteps _ -> "The session's brain is working on the next step.";
    };
  }

  private String calls(List<Tail.Call> calls) {
    return calls.stream()
        .map(
            call ->
                call.name()
                    + " "
                    + call.id()
                    + call.since()
                        .map(since -> " (for " + text(Duration.between(since, now)) + ")")
                        .orElse(" (not begun)"))
        .collect(joining(", "));
  }

  /// A duration in seconds with one decimal, or in minutes from two minutes on.
  private static String text(Duration time) {
    double seconds = Math.max(0, time.toMillis()) / 1e3;
    return seconds < 120
        ? String.format(Locale.ROOT, "%.1f s", seconds)
        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
  }
}
