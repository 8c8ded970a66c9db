package dev.drover.store.sql;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The JSON of columns.
final class StoredJson {
  private StoredJson() {}

  /// @throws IllegalStateException if the text is damaged
  static Json.Obj object(String json) {
    if (Json.trusted(json) instanceof Json.Obj object) {
      return object;
    }
    throw new IllegalStateException("stored JSON is damaged: it is not an object");
  }

  /// Reads a list of strings.
  ///
  /// @throws IllegalStateException if the text is damaged
  static List<String> list(String json) {
    if (Json.trusted(json) instanceof Json.Arr(var items)
        && items.stream().allMatch(Json.Str.class::isInstance)) {
      return items.stream().map(item -> ((Json.Str) item).value()).toList();
    }
    throw new IllegalStateException("stored JSON is damaged: it is not a list of strings");
  }

  /// Reads a map of strings. A value of another type, stored by a newer version, is returned as its
  /// JSON text.
  ///
  /// @throws IllegalStateException if the text is damaged
  static Map<String, String> texts(String json) {
    var texts = new LinkedHashMap<String, String>();
    object(json)
        .fields()
        .forEach(
            (key, value) ->
                texts.put(key, value instanceof Json.Str(var text) ? text : value.toString()));
    return texts;
  }
}
