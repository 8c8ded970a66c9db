package dev.drover.hands;

import dev.drover.base.Json;
import java.util.stream.Collectors;

/// The result of a call, for the model. A failure is a result too.
///
/// @param content blocks of the Messages API, at least one
/// @param lost whether the hand that ran the call is gone; the call may or may not have taken
///   effect
public record ToolResult(Json.Arr content, boolean isError, boolean lost) {
  private static final String NOTHING = "(no output)";

  public ToolResult {
    content = content.items().isEmpty() ? blocks(NOTHING) : content;
  }

  public static ToolResult success(String text) {
    return new ToolResult(blocks(text), false, false);
  }

  /// Creates a result of arbitrary blocks, such as images.
  public static ToolResult success(Json.Arr content) {
    return new ToolResult(content, false, false);
  }

  public static ToolResult error(String text) {
    return new ToolResult(blocks(text), true, false);
  }

  /// Creates the result of a call whose hand is gone.
  public static ToolResult lost(String text) {
    return new ToolResult(blocks(text), true, true);
  }

  /// The text of its text blocks, joined by line breaks.
  public String text() {
    return content.items().stream()
        .filter(block -> block instanceof Json.Obj text && "text".equals(text.text("type")))
        .map(block -> String.valueOf(((Json.Obj) block).text("text")))
        .collect(Collectors.joining("\n"));
  }

  private static Json.Arr blocks(String text) {
    return Json.arr(Json.obj("type", "text", "text", text.isEmpty() ? NOTHING : text));
  }
}
