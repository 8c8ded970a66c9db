package dev.drover.mcp;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The input schema of a tool in a form that model servers accept: one that they refuse would make
/// every request of the session fail.
final class ToolSchema {
  private static final int DEEPEST = 32;
  private static final int LONGEST = 64 << 10;
  private static final Pattern PROPERTY = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /// Model servers refuse them at the top. Without them the schema allows more, and the MCP server
  /// checks the input anyway.
  private static final Set<String> NOT_AT_TOP = Set.of("oneOf", "anyOf", "allOf");

  private ToolSchema() {}

  /// Empty if there is no such form.
  static Optional<Json.Obj> of(Json sent) {
    if (!(sent instanceof Json.Obj schema)
        || !isShallow(schema, DEEPEST)
        || schema.toString().length() > LONGEST
        || !schema.object("properties").fields().keySet().stream()
            .allMatch(name -> PROPERTY.matcher(name).matches())) {
      return Optional.empty();
    }
    var type = schema.get("type").orElse(Json.of("object"));
    if (!type.equals(Json.of("object"))) {
      return Optional.empty();
    }
    var fields = new LinkedHashMap<String, Json>();
    fields.put("type", type);
    schema
        .fields()
        .forEach(
            (key, value) -> {
              if (!NOT_AT_TOP.contains(key)) {
                fields.put(key, value);
              }
            });
    return Optional.of(new Json.Obj(fields));
  }

  private static boolean isShallow(Json value, int left) {
    return switch (value) {
      case Json.Obj object ->
          left > 0 && object.fields().values().stream().allMatch(item -> isShallow(item, left - 1));
      case Json.Arr array ->
          left > 0 && array.items().stream().allMatch(item -> isShallow(item, left - 1));
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> true;
    };
  }
}
