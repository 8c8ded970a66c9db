package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which remedies have helped with which models of one server, for as long as this process lives.
/// Bounded; the models that were not asked for longest are forgotten. Safe for many threads.
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

  /// The request as its model's server takes it, as far as is known.
  synchronized Json.Obj applied(Json.Obj body) {
    for (var remedy : byModel.getOrDefault(model(body), List.of())) {
      body = remedy.applied(body);
    }
    return body;
  }

  /// False if it is known already, or there are too many.
  synchronized boolean add(Json.Obj body, Remedy remedy) {
    var known = byModel.computeIfAbsent(model(body), _ -> new ArrayList<>());
    boolean isNew = known.stream().noneMatch(other -> other.what().equals(remedy.what()));
    return isNew && known.size() < MAX_REMEDIES && known.add(remedy);
  }

  private static String model(Json.Obj body) {
    return String.valueOf(body.text("model"));
  }
}
