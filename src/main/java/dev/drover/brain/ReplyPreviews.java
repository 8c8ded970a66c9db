package dev.drover.brain;

import dev.drover.model.Listener;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The previews of a reply's events, published while the reply streams. Nothing is published before
/// the request's own events are durable: the model's thread waits at the gate until then.
final class ReplyPreviews implements Listener {
  private final Feed feed;
  private final SessionId session;
  private final EventId message;
  private final EventId thinking;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Map<Integer, Integer> textIndexes = new HashMap<>();
  private boolean thinkingShown;

  /// @param message the id that the reply's message will have
  /// @param thinking the id that its thinking will have
  ReplyPreviews(Feed feed, SessionId session, EventId message, EventId thinking) {
    this.feed = feed;
    this.session = session;
    this.message = message;
    this.thinking = thinking;
  }

  void open() {
    gate.countDown();
  }

  EventId message() {
    return message;
  }

  EventId thinking() {
    return thinking;
  }

  @Override
  public void blockStarted(int index, String type) {
    if (type.equals("text")) {
      if (textIndexes.isEmpty()) {
        show(new Feed.Item.PreviewStart("agent.message", message));
      }
      textIndexes.put(index, textIndexes.size());
    } else if (type.endsWith("thinking") && !thinkingShown) {
      thinkingShown = true;
      show(new Feed.Item.PreviewStart("agent.thinking", thinking));
    }
  }

  @Override
  public void text(int index, String delta) {
    var textIndex = textIndexes.get(index);
    if (textIndex != null && !delta.isEmpty()) {
      show(new Feed.Item.PreviewText("agent.message", message, textIndex, delta));
    }
  }

  private void show(Feed.Item item) {
    try {
      gate.await();
      feed.publish(session, List.of(item));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
