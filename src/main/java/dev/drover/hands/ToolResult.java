package dev.drover.hands;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
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

  /// The same result between lines for the model, which become part of its first and last text
  /// block.
  public ToolResult between(List<String> before, List<String> after) {
    if (before.isEmpty() && after.isEmpty()) {
      return this;
    }
    var blocks = new ArrayList<>(content.items());
    if (!before.isEmpty()) {
      var lines = String.join("\n", before);
      if (!joined(blocks, 0, text -> lines + "\n" + text)) {
        blocks.addFirst(Json.obj("type", "text", "text", lines));
      }
    }
    if (!after.isEmpty()) {
      var lines = String.join("\n", after);
      if (!joined(
          blocks, blocks.size() - 1, text -> text + (text.endsWith("\n") ? "" : "\n") + lines)) {
        blocks.addLast(Json.obj("type", "text", "text", lines));
      }
    }
    return new ToolResult(new Json.Arr(blocks), isError, lost);
  }

  private static boolean joined(List<Json> blocks, int i, UnaryOperator<String> join) {
    if (!(blocks.get(i) instanceof Json.Obj block && "text".equals(block.text("type")))) {
      return false;
    }
    blocks.set(i, block.with("text", join.apply(String.valueOf(block.text("text")))));
    return true;
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
