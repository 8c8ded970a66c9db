package dev.drover.wire;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.catalog.CustomTool;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The JSON form of custom tools. Its rules are those of the vendor's documentation.
final class CustomToolCodec {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,128}");
  private static final Pattern PROPERTY = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");
  private static final int MAX_DESCRIPTION = 100_000;

  private CustomToolCodec() {}

  static Json.Obj write(CustomTool tool) {
    return Json.obj(
        "type", "custom",
        "name", tool.name(),
        "description", tool.description(),
        "input_schema", tool.inputSchema());
  }

  /// @throws Problem `INVALID_REQUEST` that names the field
  static CustomTool read(Fields tool) {
    var name = tool.text("name", 1, 128);
    if (!NAME.matcher(name).matches()) {
      throw tool.problem("name", "may have letters, digits, _ and - only");
    }
    if (name.startsWith("mcp__")) {
      throw tool.problem("name", "may not begin with mcp__");
    }
    var description = tool.text("description", 1, MAX_DESCRIPTION);
    var schema = schema(tool);
    tool.end();
    return new CustomTool(name, description, schema);
  }

  /// The schema, unchanged.
  private static Json.Obj schema(Fields tool) {
    var schema = Fields.of(tool.required("input_schema"), tool.path("input_schema"));
    schema.type("object");
    for (var choice : List.of("oneOf", "anyOf", "allOf")) {
      if (schema.has(choice)) {
        throw schema.problem(choice, "is not allowed at the top of an input schema");
      }
    }
    schema
        .object("properties")
        .ifPresent(
            properties -> {
              for (var property : properties.raw().fields().keySet()) {
                if (!PROPERTY.matcher(property).matches()) {
                  throw properties.problem(
                      property, "a property's name has 1 to 64 letters, digits, _, . and -");
                }
              }
            });
    schema.texts("required", 1_000, 64);
    refuseReferences(schema.raw(), schema);
    return schema.raw();
  }

  private static void refuseReferences(Json json, Fields schema) {
    switch (json) {
      case Json.Obj object ->
          object
              .fields()
              .forEach(
                  (key, value) -> {
                    if (REFERENCES.contains(key) && value instanceof Json.Str) {
                      throw schema.problem(key, "is not allowed in an input schema");
                    }
                    refuseReferences(value, schema);
                  });
      case Json.Arr array -> array.items().forEach(item -> refuseReferences(item, schema));
      default -> {}
    }
  }
}
