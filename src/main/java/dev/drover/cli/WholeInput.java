package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The whole input of a call that a person is asked to allow. Nothing of it is left out in silence,
/// and nothing is invisible: characters without a shape are named by their numbers, and long runs
/// of spaces, which could move the rest out of sight, by their length.
final class WholeInput {
  /// More than a person reads, and less than floods a terminal.
  private static final int CHARACTERS = 20_000;

  private static final Pattern SPACES = Pattern.compile("\\s{9,}");

  private WholeInput() {}

  /// The fields of the input, in lines; empty if [ToolText#call] shows all of it as it is.
  static List<String> lines(Json.Obj call) {
    var input = call.object("input");
    var fields = input.fields();
    var only =
        fields.size() == 1 && fields.values().iterator().next() instanceof Json.Str(var text)
            ? text
            : input.toString();
    if (shown(only).equals(ToolText.about(String.valueOf(call.text("name")), input))) {
      return List.of();
    }
    var lines = new ArrayList<String>();
    int left = CHARACTERS;
    for (var field : fields.entrySet()) {
      var text =
          field.getValue() instanceof Json.Str(var value) ? value : field.getValue().toString();
      var some = text.substring(0, Math.min(left, text.length()));
      left -= some.length();
      lines.add(shown(field.getKey()) + ":");
      some.lines().forEach(line -> lines.add("  " + shown(line)));
      if (some.length() < text.length()) {
        lines.add(
            "  ... and %d more characters, which 'drover events list --json' shows. Read them first."
                .formatted(text.length() - some.length()));
      }
    }
    return lines;
  }

  /// One line in which everything can be seen.
  static String shown(String line) {
    var text = new StringBuilder();
    line.codePoints()
        .forEach(
            c -> {
              if (isSeen(c)) {
                text.appendCodePoint(c);
              } else {
                text.append("<U+%04X>".formatted(c));
              }
            });
    return SPACES
        .matcher(text)
        .replaceAll(found -> " <%d spaces> ".formatted(found.group().length()));
  }

  private static boolean isSeen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          c == '\t';
      case Character.SPACE_SEPARATOR -> c == ' ';
      // letters, marks and symbols without a shape
      default ->
          c != 0x034F
              && c != 0x115F
              && c != 0x1160
              && c != 0x17B4
              && c != 0x17B5
              && c != 0x2800
              && c != 0x3164
              && c != 0xFFA0
              && !(c >= 0xFE00 && c <= 0xFE0F)
              && !(c >= 0x180B && c <= 0x180F)
              && !(c >= 0xE0100 && c <= 0xE01EF);
    };
  }
}
