package dev.drover.session;

import dev.drover.session.Feed.Item;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which clients' events one listener was shown, and whether it listened on until something came of
/// them. Remembers the last of them. Safe for many threads.
final class ListenerHistory {
  private static final int LIMIT = 256;

  /// What says no more than that a client's event is taken up.
  private static final Set<String> OPENINGS =
      Set.of(
          "session.status_running",
          "session.thread_status_running",
          "session.updated",
          "span.model_request_start");

  /// Whether something came of an event, by its id.
  private final Map<EventId, Boolean> events =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<EventId, Boolean> eldest) {
          return size() > LIMIT;
        }
      };

  /// The listener will get it.
  synchronized void given(Item item) {
    if (item instanceof Item.Shown shown && isReceipt(shown)) {
      events.putIfAbsent(shown.id(), false);
    }
  }

  /// The listener has taken it.
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

  /// Those that something came of.
  synchronized List<EventId> settled() {
    return events.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
  }

  /// Whether it shows that a client's event was received: it waits, or is an answer, which never
  /// does. That an event is processed says nothing: who listens since then has missed its receipt.
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
