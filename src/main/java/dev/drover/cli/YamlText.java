package dev.drover.cli;

import dev.drover.base.Json;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// A writer of JSON values as YAML, which [dev.drover.base.Yaml] and every other reader of YAML 1.2
/// reads back as the same value.
final class YamlText {
  /// A text that means itself without quotes.
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z_/](?:[A-Za-z0-9_./@+ -]*[A-Za-z0-9_./@+-])?");

  /// Texts that older readers take for something else.
  private static final Set<String> WORDS =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  /// Lines that a block can hold as they are.
  private static final Pattern BLOCK = Pattern.compile("[ -~\\u00a1-\\u2027\\u2030-\\ud7ff]*");

  private YamlText() {}

  /// The value as lines, the last one with its line break.
  static String of(Json value) {
    var out = new StringBuilder();
    write(out, value, 0);
    return out.toString().stripLeading();
  }

  /// Writes what comes after the colon or dash, with the line break at its end.
  private static void write(StringBuilder out, Json value, int indent) {
    switch (value) {
      case Json.Obj(var fields) when !fields.isEmpty() -> {
        out.append('\n');
        fields.forEach(
            (name, field) -> {
              out.repeat(' ', indent).append(scalar(name)).append(':');
              write(out, field, indent + 2);
            });
      }
      case Json.Arr(var items) when !items.isEmpty() -> {
        out.append('\n');
        items.forEach(
            item -> {
              out.repeat(' ', indent).append('-');
              var nested = new StringBuilder();
              write(nested, item, indent + 2);
              out.append(' ').append(nested.toString().stripLeading());
            });
      }
      case Json.Str(var text) when isBlock(text) -> {
        out.append(" |\n");
        text.lines()
            .forEach(
                line -> {
                  if (!line.isEmpty()) {
                    out.repeat(' ', Math.max(2, indent)).append(line);
                  }
                  out.append('\n');
                });
      }
      case Json.Str(var text) -> out.append(' ').append(scalar(text)).append('\n');
      default -> out.append(' ').append(value).append('\n');
    }
  }

  /// Whether a text of several lines ends with one line break and has nothing to escape.
  private static boolean isBlock(String text) {
    return text.endsWith("\n")
        && !text.endsWith("\n\n")
        && text.length() > 1
        && !text.startsWith("\n")
        && !text.startsWith(" ")
        && text.indexOf('\r') < 0
        && text.lines().allMatch(line -> BLOCK.matcher(line).matches());
  }

  private static String scalar(String text) {
    return PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))
        ? text
        : Json.of(text).toString();
  }
}
