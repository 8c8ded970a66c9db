package dev.drover.brain;

import dev.drover.base.Json;
import java.util.List;
import java.util.regex.Pattern;

/// Recognizes a text that is a tool call in the form of a model's chat template. The model's server
/// should have parsed it; if it did not, the call reaches the brain as words, and nothing runs. The
/// call is never read from the words: they could be a quotation.
final class WrittenCall {
  /// The marks with which the templates begin a call, at the start of a text.
  private static final List<String> MARKS =
      List.of(
          "<tool_call>",
          "<tool_calls>",
          "<function_call>",
          "<function_calls>",
          "<function=",
          "<|tool_call|>",
          "<|tool_call>",
          "<|tool_calls_section_begin|>",
          "<|tool_call_begin|>",
          "<|python_tag|>",
          "<｜tool▁calls▁begin｜>",
          "<｜tool▁call▁begin｜>",
          "[TOOL_CALLS]",
          "<invoke name=");

  /// A call after other words: the last lines of the text.
  private static final Pattern LAST =
      Pattern.compile("\\n\\s*<tool_call>\\s*(\\{.*\\})\\s*(</tool_call>)?$", Pattern.DOTALL);

  private WrittenCall() {}

  /// Whether the text is nothing but calls, or ends with one on lines of its own.
  ///
  /// @param text without thinking
  static boolean is(String text) {
    var plain = text.strip();
    return MARKS.stream().anyMatch(mark -> isAll(plain, mark)) || isLast(plain);
  }

  /// Whether the text begins with the mark, and what follows is a call and not prose.
  private static boolean isAll(String text, String mark) {
    if (!text.startsWith(mark)) {
      return false;
    }
    var inner = text.substring(mark.length()).strip();
    boolean closed = text.endsWith(">") || text.endsWith("}") || text.endsWith("]");
    return closed && !inner.isEmpty();
  }

  private static boolean isLast(String text) {
    int from = text.lastIndexOf("<tool_call>");
    var last =
        LAST.matcher(text)
            .region(Math.max(0, text.lastIndexOf('\n', Math.max(0, from))), text.length());
    if (from <= 0 || !last.find()) {
      return false;
    }
    try {
      return Json.received(last.group(1)) instanceof Json.Obj call && call.text("name") != null;
    } catch (Json.Malformed _) {
      return false;
    }
  }
}
