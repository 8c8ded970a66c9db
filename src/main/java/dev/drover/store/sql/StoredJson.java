package dev.drover.store.sql;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
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
