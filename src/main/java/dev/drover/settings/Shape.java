package dev.drover.settings;

import dev.drover.base.Json;
import dev.drover.base.Yaml;
import java.util.Arrays;
import java.util.regex.Pattern;

/// The type as which a setting is requested. It defines how texts are converted: environment
/// variables and flags are always texts, and a file may quote a number.
enum Shape {
  TEXT,
  INTEGER,
  DECIMAL,
  BOOLEAN,
  LIST,
  MAP;

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,19})");
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,20})?");

  /// The value that a quoted text of a file stands for; the text itself if it does not have this
  /// type.
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

  /// The value that the text of a variable or a flag stands for. A list is separated by commas or
  /// written in YAML; a map is written in YAML.
  ///
  /// @throws Yaml.Unreadable if the text is a list or a map in invalid YAML
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
