package dev.drover.reading;

import dev.drover.session.Event;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The events that a search finds.
///
/// @param types their wire types; empty for all types, unless `errors` is set
/// @param errors whether failed results of tools and errors of the session are found in addition
/// @param tool only calls of this tool, with their results. A tool of an MCP server is known by its
///   own name and by the name under which models see it
/// @param text only events that contain this text; upper and lower case are the same
public record EventFilter(
    Set<String> types, boolean errors, Optional<String> tool, Optional<String> text) {
  static final Set<String> USES =
      Set.of("agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use");
  static final Set<String> RESULTS =
      Set.of("agent.tool_result", "agent.mcp_tool_result", "user.custom_tool_result");
  static final String ERROR = "session.error";

  public EventFilter {
    types = Set.copyOf(types);
    text = text.map(EventFilter::folded);
  }

  /// The text as it is compared.
  static String folded(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /// The wire types of all events that can be found; empty for all types.
  Set<String> read() {
    var read = new HashSet<>(types);
    if (errors) {
      read.addAll(RESULTS);
      read.add(ERROR);
    }
    if (tool.isPresent()) {
      var calls = new HashSet<>(USES);
      calls.addAll(RESULTS);
      if (read.isEmpty()) {
        return calls;
      }
      read.retainAll(calls);
    }
    return read;
  }

  /// Whether no event can be found: the types have none of the tool's calls.
  boolean isEmpty() {
    return tool.isPresent() && read().isEmpty();
  }

  /// Whether an event of a type of [#read] is of a kind that is found.
  boolean takes(Event event) {
    return !errors
        || switch (event) {
          case Event.Failed _ -> true;
          case Event.ToolResult result -> result.failed() || types.contains(type(result));
          default -> true;
        };
  }

  private static String type(Event.ToolResult result) {
    return switch (result) {
      case Event.AgentToolResult _ -> "agent.tool_result";
      case Event.AgentMcpToolResult _ -> "agent.mcp_tool_result";
      case Event.UserCustomToolResult _ -> "user.custom_tool_result";
    };
  }

  /// Whether the text of an event contains the text that is searched.
  boolean isIn(Event event) {
    return text.isEmpty() || folded(EventText.of(event)).contains(text.get());
  }
}
