package dev.drover.store.sql;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// The JSON of columns.
final class StoredJson {
  private StoredJson() {}

  /// @throws IllegalStateException if it is damaged
  static Json.Obj object(String json) {
    if (Json.trusted(json) instanceof Json.Obj object) {
      return object;
    }
    throw new IllegalStateException("stored JSON is damaged: it is not an object");
  }

  /// A map of strings. Another value that a newer version stored is its JSON text.
  ///
  /// @throws IllegalStateException if it is damaged
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
