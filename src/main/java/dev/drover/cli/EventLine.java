package dev.drover.cli;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// An event as a line of a table.
final class EventLine {
  private EventLine() {}

  /// The columns of one table, whose rows are shown in order: each has the time since the row
  /// before it.
  static List<Column> columns() {
    return List.of(
        new Column("PROCESSED", EventLine::processed),
        new Column("AFTER", new Since()::text).ranked(2),
        Column.of("ID", "id").ranked(1),
        Column.of("TYPE", "type"),
        new Column("ABOUT", EventLine::about));
  }

  /// The time from one event to the next. An event that is asked for again has the same one.
  private static final class Since {
    /// More than there are on a page.
    private static final int REMEMBERED = 2_000;

    private final Map<String, String> texts =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
          }
        };

    private String before = "";

    String text(Json.Obj event) {
      var key = event.text("id") + event.text("processed_at");
      var known = texts.get(key);
      if (known == null) {
        known = next(event);
        texts.put(key, known);
      }
      return known;
    }

    private String next(Json.Obj event) {
      var time = Column.text(event, "processed_at");
      var text = Figures.between(before, time).orElse("");
      before = time.isEmpty() ? before : time;
      return text;
    }
  }

  private static String processed(Json.Obj event) {
    return event.get("processed_at").equals(Optional.of(Json.NULL))
        ? "(queued)"
        : millis(Column.text(event, "processed_at"));
  }

  /// A time in milliseconds; any other text unchanged.
  private static String millis(String time) {
    return time.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3,9}Z")
        ? time.substring(0, 23).replace('T', ' ')
        : Column.seconds(time);
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
