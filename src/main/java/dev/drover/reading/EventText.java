package dev.drover.reading;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.Stored;
import dev.drover.tools.McpNames;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// What an event says, as text. It is made of the fields of known events alone, so it never has
/// what the log keeps beside an event.
public final class EventText {
  private EventText() {}

  /// The text of an event; empty if its type says everything.
  public static String of(Event event) {
    return switch (event) {
      case Event.UserMessage e -> text(e.content());
      case Event.SystemMessage e -> text(e.content());
      case Event.AgentMessage e -> text(e.content());
      case Event.ToolUse e -> input(e.input());
      case Event.ToolResult e -> text(content(e));
      case Event.UserToolConfirmation e ->
          e.allow() ? "allowed" : "denied: " + Objects.requireNonNullElse(e.denyMessage(), "");
      case Event.Failed e -> e.error().message();
      // The values of a definition are not shown, because the system prompt is among them.
      case Event.SessionUpdated e -> String.join(", ", e.changes().fields().keySet());
      default -> "";
    };
  }

  /// The first line of a shown event: its position, time and type, and what it is about.
  static String head(Stored stored) {
    var type =
        Json.trusted(stored.json()) instanceof Json.Obj json
            ? String.valueOf(json.text("type"))
            : "";
    return "#%d %s %s%s"
        .formatted(
            stored.position(),
            stored.processedAt().truncatedTo(ChronoUnit.SECONDS),
            type,
            about(stored.event()));
  }

  private static String about(Event event) {
    return switch (event) {
      case Event.AgentMcpToolUse e -> " " + McpNames.of(e.server(), e.name());
      case Event.ToolUse e -> " " + e.name();
      case Event.ToolResult e -> e.failed() ? " (failed)" : "";
      default -> "";
    };
  }

  /// The blocks of a message or of a result; none for other events.
  static Json.Arr content(Event event) {
    return switch (event) {
      case Event.UserMessage e -> e.content();
      case Event.ToolResult e -> e.output().orElse(Json.arr());
      default -> Json.arr();
    };
  }

  /// The input of a call, one field after the other, with texts as they are.
  private static String input(Json.Obj input) {
    var lines = new ArrayList<String>();
    input
        .fields()
        .forEach(
            (key, value) ->
                lines.add(key + ": " + (value instanceof Json.Str(var text) ? text : value)));
    return String.join("\n", lines);
  }

  private static String text(Json.Arr content) {
    return text(content.items());
  }

  private static String text(List<Json> blocks) {
    return blocks.stream()
        .filter(Json.Obj.class::isInstance)
        .map(block -> block((Json.Obj) block))
        .collect(Collectors.joining("\n"));
  }

  private static String block(Json.Obj block) {
    var type = field(block, "type");
    return switch (type) {
      case "text" -> field(block, "text");
      case "search_result" ->
          field(block, "title")
              + "\n"
              + field(block, "source")
              + "\n"
              + text(block.items("content"));
      case "document" -> document(block);
      default -> "[" + type + "]";
    };
  }

  private static String document(Json.Obj block) {
    var source = block.object("source");
    var text =
        switch (field(source, "type")) {
          case "text" -> field(source, "data");
          case "content" -> text(source.items("content"));
          default -> "[document]";
        };
    var title = field(block, "title");
    return title.isEmpty() ? text : title + "\n" + text;
  }

  private static String field(Json.Obj object, String key) {
    return Objects.requireNonNullElse(object.text(key), "");
  }
}
