package dev.drover.cli;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// What an update of a resource would change, as lines with `-` and `+`.
final class ShownChange {
  private ShownChange() {}

  /// The changes of the fields that `wanted` has; empty without one. What the server adds to a
  /// field, such as defaults, is no change.
  ///
  /// @param current empty for a new resource
  static List<String> of(Json.Obj current, Json.Obj wanted) {
    var lines = new ArrayList<String>();
    wanted
        .fields()
        .forEach(
            (name, value) -> {
              var before = current.get(name).orElse(Json.NULL);
              if (!covers(before, value)) {
                if (!PlainText.isEmpty(before)) {
                  lines.addAll(lines("- ", name, projected(before, value)));
                }
                if (!PlainText.isEmpty(value)) {
                  lines.addAll(lines("+ ", name, value));
                }
              }
            });
    return lines;
  }

  private static List<String> lines(String sign, String name, Json value) {
    return YamlText.of(Json.EMPTY.with(name, value))
        .lines()
        .map(line -> "  " + sign + Sanitized.line(line))
        .toList();
  }

  /// Whether the current value says all that is wanted.
  private static boolean covers(Json current, Json wanted) {
    return switch (wanted) {
      case Json.Obj object ->
          current instanceof Json.Obj has
              && object.fields().entrySet().stream()
                  .allMatch(
                      field -> covers(has.get(field.getKey()).orElse(Json.NULL), field.getValue()));
      case Json.Arr(var items) -> {
        var has = current instanceof Json.Arr(var all) ? all : List.<Json>of();
        boolean same = has.size() == items.size();
        for (int i = 0; same && i < items.size(); i++) {
          same = covers(has.get(i), items.get(i));
        }
        yield same;
      }
      // a model may be given by its id alone
      case Json.Str(var text) ->
          current.equals(wanted)
              || (current instanceof Json.Obj has && text.equals(has.text("id")))
              || (text.isEmpty() && current.equals(Json.NULL));
      case Json.Null _ -> PlainText.isEmpty(current);
      case Json.Num _, Json.Bool _ -> current.equals(wanted);
    };
  }

  /// The current value without what the wanted one does not speak of.
  private static Json projected(Json current, Json wanted) {
    if (wanted instanceof Json.Str && current instanceof Json.Obj has && has.text("id") != null) {
      return has.get("id").orElse(Json.NULL);
    }
    if (!(wanted instanceof Json.Obj object) || !(current instanceof Json.Obj has)) {
      return current;
    }
    var fields = new LinkedHashMap<String, Json>();
    object
        .fields()
        .forEach(
            (name, value) ->
                has.get(name).ifPresent(before -> fields.put(name, projected(before, value))));
    return new Json.Obj(fields);
  }
}
