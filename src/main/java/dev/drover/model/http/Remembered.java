package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The remedies that have helped, for each model of one server, until the process ends. The number
/// is bounded; the least recently used models are forgotten. Safe for many threads.
final class Remembered {
  private static final int MAX_MODELS = 1_000;
  private static final int MAX_REMEDIES = 16;

  private final Map<String, List<Remedy>> byModel =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Remedy>> eldest) {
          return size() > MAX_MODELS;
        }
      };

  /// The request with all remembered remedies for its model.
  synchronized Json.Obj applied(Json.Obj body) {
    for (var remedy : byModel.getOrDefault(model(body), List.of())) {
      body = remedy.applied(body);
    }
    return body;
  }

  /// Adds a remedy. Returns false if it is already known or if there are too many.
  synchronized boolean add(Json.Obj body, Remedy remedy) {
    var known = byModel.computeIfAbsent(model(body), _ -> new ArrayList<>());
    boolean isNew = known.stream().noneMatch(other -> other.what().equals(remedy.what()));
    return isNew && known.size() < MAX_REMEDIES && known.add(remedy);
  }

  private static String model(Json.Obj body) {
    return String.valueOf(body.text("model"));
  }
}
