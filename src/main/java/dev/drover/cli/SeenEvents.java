package dev.drover.cli;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// The ids of the last events that were shown, within a bound. Not safe for concurrent use.
final class SeenEvents {
  private static final int MEMORY = 20_000;

  private final Map<String, Boolean> keys =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MEMORY;
        }
      };

  /// Adds an event and returns false if it is already known. A queued event and the same event when
  /// it is processed count as two. Previews have no id and are always new.
  boolean add(Json.Obj event) {
    return event.text("id") == null || keys.put(key(event), true) == null;
  }

  boolean has(Json.Obj event) {
    return keys.containsKey(key(event));
  }

  /// Whether the event was seen while it was queued.
  boolean hasQueued(Json.Obj event) {
    return keys.containsKey(event.text("id") + "?");
  }

  private static String key(Json.Obj event) {
    return event.text("id") + (event.text("processed_at") == null ? "?" : "");
  }
}
