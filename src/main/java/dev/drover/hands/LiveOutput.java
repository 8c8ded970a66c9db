package dev.drover.hands;

import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import java.util.List;

/// Receives what commands print while they run. It is for people who watch: the result of the call
/// has the output, and nothing here is stored. Methods return at once, throw nothing, and are
/// called by many threads.
@FunctionalInterface
public interface LiveOutput {
  LiveOutput NONE = (_, _, _, _) -> {};

  /// @param leftOut bytes that were printed before `text` and are left out
  void printed(SessionId session, EventId call, String text, long leftOut);

  /// Shows the output to listeners that asked for it. Each piece begins a preview, so that a
  /// listener who comes later has what is printed from then on.
  static LiveOutput to(Feed feed) {
    return (session, call, text, leftOut) -> {
      var gap = leftOut == 0 ? "" : "\n[%,d bytes are left out]\n".formatted(leftOut);
      feed.publish(
          session,
          List.of(
              new Feed.Item.PreviewStart(Feed.TOOL_OUTPUT, call),
              new Feed.Item.PreviewText(Feed.TOOL_OUTPUT, call, 0, gap + text)));
    };
  }
}
