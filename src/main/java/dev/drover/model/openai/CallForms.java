package dev.drover.model.openai;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/// Converts the forms in which servers send `tool_calls` to that of the API: a list of objects with
/// a `function` each. Some servers send one object instead of the list, or omit `function` and put
/// its fields beside the `id`.
final class CallForms {
  private static final Set<String> OF_FUNCTION = Set.of("name", "arguments");

  private CallForms() {}

  /// The calls of a delta or a message.
  static List<Json.Obj> of(Json.Obj holder) {
    return switch (holder.get("tool_calls").orElse(Json.NULL)) {
      case Json.Arr(var items) ->
          items.stream()
              .filter(Json.Obj.class::isInstance)
              .map(item -> wrapped((Json.Obj) item))
              .toList();
      case Json.Obj call when !call.fields().isEmpty() -> List.of(wrapped(call));
      default -> List.of();
    };
  }

  private static Json.Obj wrapped(Json.Obj call) {
    boolean bare = OF_FUNCTION.stream().anyMatch(key -> call.get(key).isPresent());
    if (!bare || call.get("function").orElse(Json.NULL) instanceof Json.Obj) {
      return call;
    }
    var outer = new LinkedHashMap<String, Json>();
    var function = new LinkedHashMap<String, Json>();
    call.fields()
        .forEach((key, value) -> (OF_FUNCTION.contains(key) ? function : outer).put(key, value));
    outer.put("function", new Json.Obj(function));
    return new Json.Obj(outer);
  }
}
