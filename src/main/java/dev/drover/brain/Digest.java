package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A list of what an agent said and did, made from the log without a model: one line for each
/// message and each call, with the size of its result but without its content.
final class Digest {
  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_INPUT = 160;
  private static final int LONGEST_MESSAGE = 400;
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private Digest() {}

  /// @param after the position after which events are listed
  /// @param before the position before which they are
  static List<String> lines(List<Stored> log, long after, long before) {
    var lines = new ArrayList<String>();
    var places = new HashMap<EventId, Integer>();
    for (var stored : log) {
      if (stored.position() >= before) {
        break;
      }
      if (stored.position() <= after) {
        continue;
      }
      var number = "#" + stored.position() + " ";
      switch (stored.event()) {
        case Event.AgentMessage e ->
            lines.add(number + "you: " + line(text(e.content()), LONGEST_MESSAGE));
        case Event.ToolUse e -> {
          places.put(e.id(), lines.size());
          var name = line(e.name(), LONGEST_NAME);
          lines.add(number + name + " " + line(e.input().toString(), LONGEST_INPUT));
        }
        case Event.ToolResult e -> {
          var place = places.get(e.toolUseId());
          if (place != null) {
            lines.set(place, lines.get(place) + outcome(e));
          }
        }
        default -> {}
      }
    }
    return lines;
  }

  /// The estimate for the line of an event; 0 if it has none of its own.
  static double estimate(Event event) {
    return switch (event) {
      case Event.AgentMessage e -> Estimate.of(line(text(e.content()), LONGEST_MESSAGE));
      case Event.ToolUse e ->
          Estimate.of(line(e.name(), LONGEST_NAME))
              + Estimate.of(line(e.input().toString(), LONGEST_INPUT));
      default -> 0;
    };
  }

  private static String outcome(Event.ToolResult result) {
    int length = text(result.output().orElse(Json.arr())).length();
    return (result.failed() ? " → error, " : " → ") + length + " characters";
  }

  /// The texts of the blocks, with a note for each other block.
  static String text(Json.Arr content) {
    return content.items().stream()
        .filter(Json.Obj.class::isInstance)
        .map(block -> text((Json.Obj) block))
        .collect(Collectors.joining("\n"));
  }

  private static String text(Json.Obj block) {
    var text = block.text("text");
    return text == null ? "[" + block.text("type") + "]" : text;
  }

  private static String line(String text, int longest) {
    int most = Math.min(text.length(), 4 * longest);
    var words = SPACE.matcher(text.substring(0, most)).replaceAll(" ").strip();
    int end = Math.min(words.length(), longest);
    if (end < words.length() && Character.isHighSurrogate(words.charAt(end - 1))) {
      end--;
    }
    boolean whole = end == words.length() && most == text.length();
    return Json.paired(words.substring(0, end)) + (whole ? "" : "…");
  }
}
