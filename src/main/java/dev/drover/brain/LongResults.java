package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.hands.ToolResult;
import java.util.ArrayList;

/// The limit on the text of a result that a model gets.
final class LongResults {
  /// The contract's limit, in characters.
  static final int MOST = 100_000;

  private LongResults() {}

  /// The same result, whose texts end with a note where they were cut.
  static ToolResult cut(ToolResult result) {
    var blocks = new ArrayList<Json>();
    long length = result.text().length();
    if (length <= MOST) {
      return result;
    }
    int left = MOST;
    for (var block : result.content().items()) {
      if (block instanceof Json.Obj object && "text".equals(object.text("type"))) {
        var text = String.valueOf(object.text("text"));
        var kept = text.length() <= left ? text : head(text, left);
        left -= kept.length();
        if (!kept.isEmpty()) {
          blocks.add(object.with("text", kept));
        }
      } else {
        blocks.add(block);
      }
    }
    blocks.add(
        Json.obj(
            "type",
            "text",
            "text",
            "[The result has %,d characters; the first %,d are above.]"
                .formatted(length, MOST - left)));
    return new ToolResult(new Json.Arr(blocks), result.isError(), result.lost());
  }

  private static String head(String text, int most) {
    return text.substring(
        0, most > 0 && Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }
}
