package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Event;

/// The shortening of tool results in a chapter, which depends on nothing but the result and the
/// limit. The log keeps the whole result.
final class ShortResults {
  /// The fewest characters to which a text is shortened.
  static final int LEAST = 200;

  private ShortResults() {}

  /// The same blocks; if their texts have more characters than the limit, each keeps its beginning
  /// and its end.
  ///
  /// @param most 0 for no limit
  static Json.Arr fit(Json.Arr content, int most) {
    long whole = content.items().stream().mapToLong(ShortResults::length).sum();
    return most == 0 || whole <= most
        ? content
        : new Json.Arr(
            content.items().stream().map(block -> shortened(block, most, whole)).toList());
  }

  private static Json shortened(Json block, int most, long whole) {
    long length = length(block);
    int share = (int) Math.max(LEAST, most * length / whole);
    return length > share && block instanceof Json.Obj object
        ? object.with("text", cut(String.valueOf(object.text("text")), share))
        : block;
  }

  /// The number of characters of the texts of a result.
  static long length(Event.ToolResult result) {
    return result.output().stream()
        .flatMap(content -> content.items().stream())
        .mapToLong(ShortResults::length)
        .sum();
  }

  private static long length(Json block) {
    return block instanceof Json.Obj object && "text".equals(object.text("type"))
        ? String.valueOf(object.text("text")).length()
        : 0;
  }

  /// The beginning and the end of a text that has more than `most` characters.
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int head = most - most / 3;
    int tail = text.length() - most / 3;
    if (head > 0 && Character.isHighSurrogate(text.charAt(head - 1))) {
      head--;
    }
    if (tail < text.length() && Character.isLowSurrogate(text.charAt(tail))) {
      tail++;
    }
    return text.substring(0, head)
        + "\n[… "
        + (tail - head)
        + " characters were left out here …]\n"
        + text.substring(tail);
  }
}
