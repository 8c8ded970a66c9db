package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The remedies for a keyword in a tool's schema that a server does not support: the keyword is
/// left out if the schema still describes the same tool. The tool itself stays.
final class SchemaRemedies {
  private static final Pattern OF_TOOLS =
      Pattern.compile("tools?\\b|functions?\\b|function_declarations|parameters|schema|properties");

  /// Keywords that describe or restrict an input. The tool checks its input itself.
  private static final List<String> KEYWORDS =
      List.of(
          "$schema",
          "$id",
          "$comment",
          "additionalProperties",
          "strict",
          "default",
          "examples",
          "title",
          "format",
          "pattern",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "uniqueItems",
          "propertyNames",
          "patternProperties",
          "minProperties",
          "maxProperties");

  /// Keywords whose keys are names of the operator, each with a schema.
  private static final Set<String> OF_NAMES =
      Set.of("properties", "$defs", "definitions", "patternProperties", "dependentSchemas");

  private SchemaRemedies() {}

  /// A keyword of a tool's schema that the server does not know.
  static Optional<Remedy> find(Refused refused, Json.Obj body) {
    if (body.items("tools").isEmpty() || !refused.says(OF_TOOLS) || !refused.isUnsupported()) {
      return Optional.empty();
    }
    return KEYWORDS.stream()
        .filter(keyword -> isNamed(refused, keyword))
        .findFirst()
        .map(
            keyword ->
                new Remedy(
                    "leaves out " + keyword + " of the tools' schemas",
                    true,
                    false,
                    sent -> sent.with("tools", tools(sent, keyword))));
  }

  /// Many keywords are ordinary words, so a keyword in a sentence must be quoted.
  private static boolean isNamed(Refused refused, String keyword) {
    return refused.pointsAt(keyword)
        || refused.says(
            Pattern.compile("[`'\"]" + Pattern.quote(keyword.toLowerCase(Locale.ROOT)) + "[`'\"]"));
  }

  private static List<Json> tools(Json.Obj body, String keyword) {
    return body.items("tools").stream().map(tool -> tool(tool, keyword)).toList();
  }

  private static Json tool(Json json, String keyword) {
    if (!(json instanceof Json.Obj tool)) {
      return json;
    }
    if (tool.get("function").orElse(Json.NULL) instanceof Json.Obj function) {
      return tool.with("function", tool(function, keyword));
    }
    for (var place : List.of("parameters", "input_schema")) {
      if (tool.get(place).isPresent()) {
        return tool.with(place, schema(tool.object(place), keyword));
      }
    }
    return tool;
  }

  private static Json schema(Json json, String keyword) {
    return switch (json) {
      case Json.Arr(var items) ->
          new Json.Arr(items.stream().map(item -> schema(item, keyword)).toList());
      case Json.Obj object -> {
        var fields = new LinkedHashMap<String, Json>();
        Remedies.without(object, keyword)
            .fields()
            .forEach((name, value) -> fields.put(name, inner(name, value, keyword)));
        yield new Json.Obj(fields);
      }
      default -> json;
    };
  }

  private static Json inner(String name, Json value, String keyword) {
    if (OF_NAMES.contains(name) && value instanceof Json.Obj named) {
      var fields = new LinkedHashMap<String, Json>();
      named.fields().forEach((own, schema) -> fields.put(own, schema(schema, keyword)));
      return new Json.Obj(fields);
    }
    return Set.of("enum", "const", "default", "examples", "required").contains(name)
        ? value
        : schema(value, keyword);
  }
}
