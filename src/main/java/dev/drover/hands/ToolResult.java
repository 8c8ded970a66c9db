package dev.drover.hands;

/// What came of a call, for the model to read. A failure is a result too.
///
/// @param text never empty
/// @param lost the hand died during the call, which may or may not have taken effect
public record ToolResult(String text, boolean isError, boolean lost) {
  public static ToolResult success(String text) {
    return new ToolResult(text.isEmpty() ? "(no output)" : text, false, false);
  }

  public static ToolResult error(String text) {
    return new ToolResult(text.isEmpty() ? "(no output)" : text, true, false);
  }

  /// The hand died during the call.
  public static ToolResult lost(String text) {
    return new ToolResult(text, true, true);
  }
}
