package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The tool calls of a session that wait for the user, as a fold over its events. Not safe for
/// concurrent use.
final class Pending {
  private final Map<String, Json.Obj> open = new LinkedHashMap<>();

  void take(Json.Obj event) {
    switch (TurnOutcome.type(event)) {
      case "agent.tool_use", "agent.mcp_tool_use" -> {
        if ("ask".equals(event.text("evaluated_permission"))) {
          open.put(Column.text(event, "id"), event);
        }
      }
      case "agent.custom_tool_use" -> open.put(Column.text(event, "id"), event);
      case "user.tool_confirmation", "agent.tool_result", "user.tool_result" ->
          open.remove(Column.text(event, "tool_use_id"));
      case "agent.mcp_tool_result" -> open.remove(Column.text(event, "mcp_tool_use_id"));
      case "user.custom_tool_result" -> open.remove(Column.text(event, "custom_tool_use_id"));
      case "session.status_idle" -> keep(event.object("stop_reason").items("event_ids"));
      default -> {}
    }
  }

  /// An idle event lists the calls that wait.
  private void keep(List<Json> ids) {
    var named = new HashSet<String>();
    for (var id : ids) {
      if (id instanceof Json.Str(var text)) {
        named.add(text);
        open.putIfAbsent(text, Json.obj("id", text));
      }
    }
    open.keySet().retainAll(named);
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  boolean has(String id) {
    return open.containsKey(id);
  }

  /// The ids of calls that wait, or may wait, for permission.
  List<String> asking() {
    return open.entrySet().stream()
        .filter(entry -> !isCustom(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Each call, with the line to type as its answer.
  List<String> lines() {
    var lines = new ArrayList<String>();
    open.forEach(
        (key, call) -> {
          var id = Sanitized.line(key);
          lines.add(words(call));
          WholeInput.lines(call).forEach(line -> lines.add("  " + line));
          if (call.text("type") == null) {
            lines.add("    /allow " + id + "   /deny " + id + " [WHY]   /result " + id + " TEXT");
          } else if (isCustom(call)) {
            lines.add("    /result " + id + " TEXT");
          } else {
            lines.add("    /allow " + id + "   /deny " + id + " [WHY]");
          }
        });
    if (asking().size() == 1) {
      lines.add("Type y to allow it, n [WHY] to deny it.");
    } else if (!asking().isEmpty()) {
      lines.add("Type y to allow the first, n [WHY] to deny it.");
    }
    return lines;
  }

  /// All waiting calls, in one line.
  String words() {
    return String.join("; ", open.values().stream().map(Pending::words).toList());
  }

  private static String words(Json.Obj call) {
    return call.text("type") == null
        ? "an answer to an earlier call; see 'drover events list'"
        : (isCustom(call) ? "the result of " : "permission for ") + ToolText.call(call);
  }

  private static boolean isCustom(Json.Obj call) {
    return TurnOutcome.type(call).equals("agent.custom_tool_use");
  }
}
