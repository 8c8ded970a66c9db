package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.base.Utf8;
import dev.drover.hands.ToolResult;
import java.util.ArrayList;

/// The limit on the text of a result that a model gets.
final class LongResults {
  /// The contract's limit, in characters.
  static final int MOST = 100_000;

  /// The sizes of the parts of a preview, in characters.
  private static final int BEGINNING = 8_000;

  private static final int END = 2_000;

  private LongResults() {}

  static boolean isLong(ToolResult result) {
    return result.text().length() > MOST;
  }

  /// A long result whose texts end where the limit is, and a note about the rest.
  ///
  /// @param why the end of the sentence that the rest was left out
  static ToolResult cut(ToolResult result, String why) {
    var blocks = new ArrayList<Json>();
    long length = result.text().length();
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
            "[The result has %,d characters; the first %,d are above. The rest was left out%s.]"
                .formatted(length, MOST - left, why)));
    return new ToolResult(new Json.Arr(blocks), result.isError(), result.lost());
  }

  /// A long result with the beginning and the end of its text in place of its texts. Its other
  /// blocks stay as they are.
  ///
  /// @param path of the file with the whole text, in the session's hands
  static ToolResult preview(ToolResult result, String path) {
    var preview = preview(result.text(), path);
    var blocks = new ArrayList<Json>();
    boolean shown = false;
    for (var block : result.content().items()) {
      if (!(block instanceof Json.Obj object && "text".equals(object.text("type")))) {
        blocks.add(block);
      } else if (!shown) {
        blocks.add(object.with("text", preview));
        shown = true;
      }
    }
    return new ToolResult(new Json.Arr(blocks), result.isError(), result.lost());
  }

  private static String preview(String text, String path) {
    var beginning = beginning(text);
    var end = end(text);
    return beginning
        + (beginning.endsWith("\n") ? "" : "\n")
        + ("[%,d characters are left out here. The whole text, %,d characters in %,d bytes, is in"
                + " %s]\n")
            .formatted(
                text.length() - beginning.length() - end.length(),
                text.length(),
                Utf8.length(text),
                path)
        + end;
  }

  /// Up to the end of a line, if one ends in the second half.
  private static String beginning(String text) {
    int line = text.lastIndexOf('\n', BEGINNING - 1);
    return line >= BEGINNING / 2 ? text.substring(0, line + 1) : head(text, BEGINNING);
  }

  /// From the beginning of a line on, if one begins in the first half.
  private static String end(String text) {
    int from = text.length() - END;
    int line = text.indexOf('\n', from);
    if (line >= 0 && line < text.length() - END / 2) {
      return text.substring(line + 1);
    }
    return text.substring(Character.isLowSurrogate(text.charAt(from)) ? from + 1 : from);
  }

  private static String head(String text, int most) {
    return text.substring(
        0, most > 0 && Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most);
  }
}
