package dev.drover.model;

/// Hears a reply while it streams. What it hears is a preview: a failure makes all of it void.
/// Called by the thread that asked, in order.
public interface Listener {
  /// A content block begins. `type` is the Messages API's: `text`, `thinking`, `tool_use`, …
  ///
  /// @param index its place in the reply, from 0
  void blockStarted(int index, String type);

  /// More text of a `text` block.
  void text(int index, String delta);

  Listener DEAF =
      new Listener() {
        @Override
        public void blockStarted(int index, String type) {}

        @Override
        public void text(int index, String delta) {}
      };
}
