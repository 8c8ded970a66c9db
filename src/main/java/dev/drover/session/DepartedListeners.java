package dev.drover.session;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The clients' events that departed listeners had received and seen answered, kept for two
/// minutes, in case a stream is opened late. Bounded: if there are more, the oldest are dropped.
/// Safe for many threads.
final class DepartedListeners {
  private static final int LIMIT = 20_000;
  private static final long KEPT = Duration.ofMinutes(2).toNanos();

  /// The time at which the listener left, by the event's id, oldest first.
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
