package dev.drover.brain;

import dev.drover.model.Listener;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.tools.Runs;
import dev.drover.tools.Toolbox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// The previews of a reply: its events are published while it streams, and the hand of its first
/// call is made. Nothing of that happens before the request's own events are durable: the model's
/// thread waits at the gate until then.
final class ReplyPreviews implements Listener {
  private final Feed feed;
  private final SessionId session;
  private final EventId message;
  private final EventId thinking;
  private final Toolbox tools;
  private final EarlyHand early;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Map<Integer, Integer> textIndexes = new HashMap<>();
  private boolean thinkingShown;

  /// @param message the id that the reply's message will have
  /// @param thinking the id that its thinking will have
  /// @param tools the tools that the model is offered
  ReplyPreviews(WakeContext at, EventId message, EventId thinking, Toolbox tools) {
    this.feed = at.harness().feed();
    this.session = at.session();
    this.message = message;
    this.thinking = thinking;
    this.tools = tools;
    this.early = at.early();
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

  /// Only a call that nobody has to confirm is a sign that the hand will be needed.
  @Override
  public void callStarted(int index, String tool) {
    var offer = tools.named(tool);
    if (offer.isPresent()
        && offer.get().runs() instanceof Runs.Hand
        && offer.get().permission() == Event.Permission.ALLOWED) {
      afterTheGate(early::begin);
    }
  }

  private void show(Feed.Item item) {
    afterTheGate(() -> feed.publish(session, List.of(item)));
  }

  private void afterTheGate(Runnable action) {
    try {
      gate.await();
      action.run();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
