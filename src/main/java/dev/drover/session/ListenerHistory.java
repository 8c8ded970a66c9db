package dev.drover.session;

import dev.drover.session.Feed.Item;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The recent clients' events that one listener has received, and whether it has also received an
/// answer to them. Safe for many threads.
final class ListenerHistory {
  private static final int LIMIT = 256;

  /// The types of events that only show that a client's event is being processed, and are no
  /// answer.
  private static final Set<String> OPENINGS =
      Set.of(
          "session.status_running",
          "session.thread_status_running",
          "session.updated",
          "span.model_request_start");

  /// Whether an event was answered, by its id.
  private final Map<EventId, Boolean> events =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EventId, Boolean> eldest) {
          return size() > LIMIT;
        }
      };

  /// Records an item that will be delivered to the listener.
  synchronized void given(Item item) {
    if (item instanceof Item.Shown shown && isReceipt(shown)) {
      events.putIfAbsent(shown.id(), false);
    }
  }

  /// Records an item that the listener has read.
  synchronized void taken(Item item) {
    if (comesOfThem(item)) {
      events.replaceAll((_, _) -> true);
    }
  }

  private static boolean comesOfThem(Item item) {
    return switch (item) {
      case Item.Shown shown -> !isFromClient(shown) && !OPENINGS.contains(shown.type());
      case Item.PreviewStart _, Item.PreviewText _ -> true;
    };
  }

  synchronized boolean has(EventId event) {
    return events.containsKey(event);
  }

  /// The events that were answered.
  synchronized List<EventId> settled() {
    return events.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
  }

  /// Whether an item shows that a client's event was received: the event is queued, or is an
  /// answer, which is never queued. A processed event does not count, because a listener that
  /// subscribed later has missed its receipt.
  private static boolean isReceipt(Item.Shown shown) {
    return isFromClient(shown)
        && (shown.isQueued()
            || shown.type().startsWith("user.tool_")
            || shown.type().equals("user.custom_tool_result"));
  }

  private static boolean isFromClient(Item.Shown shown) {
    return shown.type().startsWith("user.") || shown.type().equals("system.message");
  }
}
