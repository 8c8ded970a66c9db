package dev.drover.cli;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which events were shown already, of the last many. One thread.
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

  /// Takes note of an event; false when it is known. One that comes queued and comes again when it
  /// is processed is two. Previews, which have no id, are always new.
  boolean add(Json.Obj event) {
    return event.text("id") == null || keys.put(key(event), true) == null;
  }

  boolean has(Json.Obj event) {
    return keys.containsKey(key(event));
  }

  /// Whether it was seen before it was processed.
  boolean hasQueued(Json.Obj event) {
    return keys.containsKey(event.text("id") + "?");
  }

  private static String key(Json.Obj event) {
    return event.text("id") + (event.text("processed_at") == null ? "?" : "");
  }
}
