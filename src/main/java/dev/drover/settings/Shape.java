package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Yaml;
import java.util.Arrays;
import java.util.regex.Pattern;

/// What a setting is asked for as. It says how a text is read: the environment and flags have
/// nothing else, and a file may quote a number.
enum Shape {
  TEXT,
  INTEGER,
  DECIMAL,
  BOOLEAN,
  LIST,
  MAP;

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,19})");
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,20})?");

  /// The value that a text of a file stands for; itself if it is not of this shape.
  Json quoted(String text) {
    boolean fits =
        switch (this) {
          case INTEGER -> WHOLE.matcher(text).matches();
          case DECIMAL -> NUMBER.matcher(text).matches();
          case BOOLEAN -> text.equals("true") || text.equals("false");
          case TEXT, LIST, MAP -> false;
        };
    if (!fits) {
      return Json.of(text);
    }
    return this == BOOLEAN ? Json.of(text.equals("true")) : new Json.Num(text);
  }

  /// The value that a text of the environment or of a flag stands for: a list is separated by
  /// commas or written as in YAML, a map is written as in YAML.
  ///
  /// @throws Yaml.Unreadable if it is a list or a map and not YAML
  Json text(String text) throws Yaml.Unreadable {
    if (this == MAP || (this == LIST && text.startsWith("["))) {
      return Yaml.document(text).json();
    }
    return this == LIST
        ? new Json.Arr(
            Arrays.stream(text.split(",", -1)).map(String::strip).<Json>map(Json::of).toList())
        : quoted(text);
  }
}
