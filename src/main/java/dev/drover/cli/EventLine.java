package dev.drover.cli;

import dev.drover.base.Json;
import java.util.List;
import java.util.Objects;

/// An event as a line of a table.
final class EventLine {
  static final List<Column> COLUMNS =
      List.of(
          new Column("PROCESSED", EventLine::processed),
          Column.of("ID", "id"),
          Column.of("TYPE", "type"),
          new Column("ABOUT", EventLine::about));

  private EventLine() {}

  private static String processed(Json.Obj event) {
    return event.get("processed_at").equals(java.util.Optional.of(Json.NULL))
        ? "(queued)"
        : Column.seconds(Column.text(event, "processed_at"));
  }

  /// The content of an event, in one line; empty if its type says everything.
  static String about(Json.Obj event) {
    return switch (TurnOutcome.type(event)) {
      case "user.message", "agent.message", "system.message" -> content(event);
      case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use" ->
          ToolText.call(event) + verdict(event);
      case "agent.tool_result",
          "agent.mcp_tool_result",
          "user.tool_result",
          "user.custom_tool_result" ->
          (isError(event) ? "failed: " : "") + content(event);
      case "user.tool_confirmation" ->
          Column.text(event, "result") + " " + Column.text(event, "tool_use_id");
      case "session.status_idle", "session.thread_status_idle" ->
          TurnOutcome.type(event.object("stop_reason"));
      case "session.error" -> ErrorText.words(event);
      case "session.usage" -> tokens(event.object("usage"));
      case "span.model_request_end" -> isError(event) ? "failed" : "";
      case "event_start" -> TurnOutcome.type(event.object("event"));
      case "event_delta" ->
          Objects.requireNonNullElse(event.object("delta").object("content").text("text"), "");
      default -> "";
    };
  }

  private static String content(Json.Obj event) {
    return Sanitized.line(ToolText.text(event.items("content"), " ").strip());
  }

  private static String verdict(Json.Obj event) {
    return switch (Column.text(event, "evaluated_permission")) {
      case "ask" -> "  (needs permission)";
      case "deny" -> "  (denied)";
      default -> "";
    };
  }

  private static boolean isError(Json.Obj event) {
    return event.get("is_error").orElse(Json.NULL).equals(Json.of(true));
  }

  private static String tokens(Json.Obj usage) {
    return usage.number("input_tokens", 0) + " in " + usage.number("output_tokens", 0) + " out";
  }
}
