package dev.drover.session;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What listeners had heard of clients' events when they left, for as long as a late stream may
/// ask. Bounded: beyond that the oldest are forgotten. Safe for many threads.
final class DepartedListeners {
  private static final int LIMIT = 20_000;
  private static final long KEPT = Duration.ofMinutes(2).toNanos();

  /// When the listener left, by the event's id, oldest first.
  private final Map<EventId, Long> left = new LinkedHashMap<>();

  synchronized void add(List<EventId> events) {
    long now = System.nanoTime();
    for (var oldest = left.values().iterator(); oldest.hasNext(); ) {
      if (now - oldest.next() < KEPT && left.size() < LIMIT) {
        break;
      }
      oldest.remove();
    }
    for (var event : events) {
      left.remove(event);
      left.put(event, now);
    }
  }

  synchronized boolean has(EventId event) {
    return left.containsKey(event);
  }
}
