package dev.drover.cli;

import dev.drover.base.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The choice of the events that a transcript shows. Not safe for concurrent use.
final class Sieve {
  /// How many calls without a result are remembered.
  private static final int OPEN = 1_000;

  private final Optional<Instant> since;
  private final boolean failed;
  private final Map<String, Json.Obj> calls =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Json.Obj> eldest) {
          return size() > OPEN;
        }
      };

  /// @param since of older events nothing is shown
  /// @param failed whether only failed calls and errors are shown
  Sieve(Optional<Instant> since, boolean failed) {
    this.since = since;
    this.failed = failed;
  }

  /// A choice of everything.
  static Sieve open() {
    return new Sieve(Optional.empty(), false);
  }

  /// Whether what is not an event, such as the state of the session, is shown, too.
  boolean isWhole() {
    return !failed;
  }

  /// The events to show, now that this one came: none, itself, or an earlier call before it.
  List<Json.Obj> of(Json.Obj event) {
    if (isOld(event)) {
      return List.of();
    }
    if (!failed) {
      return List.of(event);
    }
    return switch (TurnOutcome.type(event)) {
      case "agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use" -> {
        calls.put(Column.text(event, "id"), event);
        yield List.of();
      }
      case "agent.tool_result", "user.tool_result" -> result(event, "tool_use_id");
      case "agent.mcp_tool_result" -> result(event, "mcp_tool_use_id");
      case "user.custom_tool_result" -> result(event, "custom_tool_use_id");
      case "session.error", "session.status_terminated" -> List.of(event);
      default -> List.of();
    };
  }

  private List<Json.Obj> result(Json.Obj event, String key) {
    var made = calls.remove(Column.text(event, key));
    if (!event.get("is_error").equals(Optional.of(Json.of(true)))) {
      return List.of();
    }
    return made == null ? List.of(event) : List.of(made, event);
  }

  private boolean isOld(Json.Obj event) {
    var processed = event.text("processed_at");
    if (since.isEmpty() || processed == null) {
      return false;
    }
    try {
      return Instant.parse(processed).isBefore(since.get());
    } catch (DateTimeParseException _) {
      return false;
    }
  }
}
