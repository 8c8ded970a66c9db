package dev.drover.model;

/// A listener to the stream of a reply. It receives a preview, which is void if the request fails.
/// It is called in order, by the thread that made the request.
public interface Listener {
  /// Called when a content block begins. `type` is the Messages API's: `text`, `thinking`,
  /// `tool_use`, …
  ///
  /// @param index the block's index in the reply, from 0
  void blockStarted(int index, String type);

  /// Called when a call of an offered tool begins, as soon as its name is known: long before its
  /// input may be complete. With some servers a name arrives in parts, so the reply may contain a
  /// call of another tool in the end.
  ///
  /// @param index the block's index in the reply, from 0
  /// @param tool the name as it was offered
  default void callStarted(int index, String tool) {}

  /// Called with more text of a `text` block.
  void text(int index, String delta);

  Listener DEAF =
      new Listener() {
        @Override
        public void blockStarted(int index, String type) {}

        @Override
        public void text(int index, String delta) {}
      };
}
