package dev.drover.cli;

import dev.drover.base.Json;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The outcome of a turn, as a fold over its events. Not safe for concurrent use.
final class TurnOutcome {
  private final Set<String> seen = new LinkedHashSet<>();
  private final Map<String, String> calls = new HashMap<>();
  private Json.Obj usage = Json.EMPTY;
  private String error = "";
  private boolean interrupted;
  private Optional<Ending> ending = Optional.empty();

  /// Adds an event and returns false if it is already known. The event of a client arrives twice,
  /// queued and processed, and both count.
  boolean take(Json.Obj event) {
    var id = event.text("id");
    if (id != null && !seen.add(id + (event.text("processed_at") == null ? "?" : ""))) {
      return false;
    }
    switch (type(event)) {
      case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use" ->
          calls.put(String.valueOf(id), call(event));
      case "session.usage" -> usage = event.object("usage");
      case "session.error" -> error = message(event.object("error"));
      case "session.status_running" -> error = "";
      case "user.interrupt" -> interrupted |= event.text("processed_at") != null;
      case "session.status_idle" -> ending = Optional.of(idle(event));
      case "session.status_terminated", "session.deleted" ->
          ending = Optional.of(new Ending(Ending.Kind.TERMINATED, error));
      default -> {}
    }
    return true;
  }

  /// The end of the turn; empty until it has ended.
  Optional<Ending> ending() {
    return ending;
  }

  /// The usage of the session, as last reported.
  Json.Obj usage() {
    return usage;
  }

  /// The `type` of an event; empty if it has none.
  static String type(Json.Obj event) {
    var type = event.text("type");
    return type == null ? "" : type;
  }

  /// The content of a `session.error`, in one line.
  static String message(Json.Obj error) {
    var message = error.text("message");
    return Sanitized.line(
        message == null || message.isBlank() ? String.valueOf(error.text("type")) : message);
  }

  private Ending idle(Json.Obj event) {
    return ending(event, interrupted, pending(event.object("stop_reason")), error);
  }

  /// The end of a turn.
  ///
  /// @param idle the event that ends it
  /// @param pending what the session waits for
  /// @param error the last error of the turn
  static Ending ending(Json.Obj idle, boolean interrupted, String pending, String error) {
    var type = type(idle.object("stop_reason"));
    return switch (type) {
      case "end_turn" -> Ending.of(interrupted ? Ending.Kind.INTERRUPTED : Ending.Kind.DONE);
      case "requires_action" -> new Ending(Ending.Kind.WAITING, pending);
      case "retries_exhausted" -> new Ending(Ending.Kind.EXHAUSTED, error);
      case "refusal" -> new Ending(Ending.Kind.REFUSED, refusal(idle.object("stop_details")));
      default -> new Ending(Ending.Kind.STOPPED, Sanitized.line(type));
    };
  }

  private String pending(Json.Obj reason) {
    return reason.items("event_ids").stream()
        .map(id -> id instanceof Json.Str(var text) ? text : "")
        .map(id -> calls.getOrDefault(id, Sanitized.line(id)))
        .collect(Collectors.joining("; "));
  }

  private static String call(Json.Obj event) {
    var about = ToolText.about(String.valueOf(event.text("name")), event.object("input"));
    var need = type(event).equals("agent.custom_tool_use") ? "the result of " : "permission for ";
    return need + ToolText.name(event) + " " + Columns.clip(about, 100);
  }

  private static String refusal(Json.Obj details) {
    var explanation = details.text("explanation");
    var category = details.text("category");
    return Sanitized.line(explanation != null ? explanation : category != null ? category : "");
  }
}
