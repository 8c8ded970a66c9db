package dev.drover.cli;

import dev.drover.base.Json;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Tool calls and their results as text, safe for a terminal.
final class ToolText {
  private static final Pattern BLANK_LINES = Pattern.compile("\\A(?:[ \t]*\n)+");

  private ToolText() {}

  /// The lines of a result to show, and the number of further lines.
  record Excerpt(List<String> lines, int more) {}

  /// The subject of a call in one line of any length: the command, the path or the pattern; for an
  /// unknown tool, its whole input.
  static String about(String tool, Json.Obj input) {
    var known =
        switch (tool) {
          case "bash" -> Stream.of("command");
          case "read", "write", "edit" -> Stream.of("file_path");
          case "glob", "grep" -> Stream.of("pattern", "path");
          case "web_fetch" -> Stream.of("url");
          case "web_search" -> Stream.of("query");
          default -> Stream.<String>empty();
        };
    var words =
        known
            .map(input::text)
            .flatMap(Stream::ofNullable)
            .map(ToolText::firstLine)
            .collect(Collectors.joining("  "));
    return Sanitized.line(words.isEmpty() ? input.toString() : words);
  }

  /// A call in one line: the tool and the subject.
  static String call(Json.Obj event) {
    return name(event) + "  " + about(String.valueOf(event.text("name")), event.object("input"));
  }

  /// The name as the model wrote it.
  static String name(Json.Obj call) {
    var name = call.text("name");
    var server = call.text("mcp_server_name");
    return Sanitized.line((server == null ? "" : server + ".") + (name == null ? "?" : name));
  }

  static Excerpt excerpt(Json.Obj result, int most) {
    return excerpt(result, most, 0);
  }

  /// The beginning of a result whose first lines were shown already.
  ///
  /// @param shown how many lines
  static Excerpt excerpt(Json.Obj result, int most, int shown) {
    var text = Sanitized.output(text(result.items("content"), "\n")).stripTrailing();
    if (shown == 0) {
      text = BLANK_LINES.matcher(text).replaceFirst("");
    }
    if (text.isEmpty()) {
      return new Excerpt(List.of(), 0);
    }
    var lines = text.lines().skip(shown).map(line -> Columns.untab(line.stripTrailing())).toList();
    return lines.size() <= most + 1 // "1 more line" would take as much room as the line
        ? new Excerpt(lines, 0)
        : new Excerpt(lines.subList(0, most), lines.size() - most);
  }

  /// The text of content blocks; other blocks are only named.
  static String text(List<Json> blocks, String between) {
    return blocks.stream()
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .map(block -> "text".equals(block.text("type")) ? block.text("text") : named(block))
        .flatMap(Stream::ofNullable)
        .collect(Collectors.joining(between));
  }

  private static String named(Json.Obj block) {
    return "[" + block.text("type") + "]";
  }

  private static String firstLine(String text) {
    var lines = text.strip().lines().toList();
    return lines.size() < 2
        ? text.strip()
        : lines.getFirst()
            + "  (+"
            + (lines.size() - 1)
            + (lines.size() == 2 ? " line)" : " lines)");
  }
}
