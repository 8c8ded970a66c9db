package dev.drover.testing;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// The OpenAPI document that a server serves, and what it says of requests and answers. One thread.
public final class ApiDocument {
  private final Json.Obj document;
  private final Json.Obj closed;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<Json, Schema> schemas = new HashMap<>();

  /// @param json the document as it is served
  public ApiDocument(String json) {
    document = (Json.Obj) Json.trusted(json);
    closed = (Json.Obj) closed(document);
  }

  /// A method on a path, as the document has it.
  ///
  /// @param path with names in its braces
  public record Operation(String method, String path, Json.Obj spec) {
    /// The path as a route spells it.
    public String template() {
      return path.replaceAll("\\{[^}]*}", "{}");
    }

    @Override
    public String toString() {
      return method + " " + template();
    }
  }

  public Json.Obj json() {
    return document;
  }

  public List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    document
        .object("paths")
        .fields()
        .forEach(
            (path, methods) ->
                ((Json.Obj) methods)
                    .fields()
                    .forEach(
                        (method, spec) ->
                            operations.add(
                                new Operation(
                                    method.toUpperCase(Locale.ROOT), path, (Json.Obj) spec))));
    return operations;
  }

  /// An operation's parameters in `place`: `path`, `query` or `header`.
  public List<Json.Obj> parameters(Operation operation, String place) {
    return operation.spec().items("parameters").stream()
        .map(parameter -> resolve((Json.Obj) parameter))
        .filter(parameter -> place.equals(parameter.text("in")))
        .toList();
  }

  /// The schema of an operation's body, or an empty object.
  public Json.Obj body(Operation operation) {
    return operation
        .spec()
        .object("requestBody")
        .object("content")
        .object("application/json")
        .object("schema");
  }

  /// What is wrong with an answer: its status or its media type is not in the document, it breaks
  /// its schema, or it has a key that its schema does not name.
  public List<String> faults(Operation operation, int status, String mediaType, String body) {
    var responses = operation.spec().object("responses");
    if (responses.get(String.valueOf(status)).isEmpty()) {
      return List.of(operation + " has no answer " + status);
    }
    var content = resolve(responses.object(String.valueOf(status))).object("content");
    var media = mediaType.replaceFirst(";.*", "");
    if (content.get(media).isEmpty()) {
      return List.of(operation + " has no " + media);
    }
    return faults(content.object(media).object("schema"), body);
  }

  /// What is wrong with a value, by a schema that may refer to the document's.
  public List<String> faults(Json.Obj schema, String value) {
    return schemas
        .computeIfAbsent(
            schema,
            _ ->
                registry.getSchema(
                    ((Json.Obj) closed(schema))
                        .with("components", closed.object("components"))
                        .toString()))
        .validate(value, InputFormat.JSON)
        .stream()
        .map(Object::toString)
        .toList();
  }

  /// The object that a `$ref` means, or the object itself.
  public Json.Obj resolve(Json.Obj object) {
    var reference = object.text("$ref");
    if (reference == null) {
      return object;
    }
    var target = document;
    for (var step : reference.substring("#/".length()).split("/", -1)) {
      target = target.object(step);
    }
    return target;
  }

  /// Calls `each` for every object in the document.
  public void walk(Consumer<Json.Obj> each) {
    walk(document, each);
  }

  private static void walk(Json json, Consumer<Json.Obj> each) {
    switch (json) {
      case Json.Obj object -> {
        each.accept(object);
        object.fields().values().forEach(value -> walk(value, each));
      }
      case Json.Arr array -> array.items().forEach(value -> walk(value, each));
      default -> {}
    }
  }

  /// The same with every object closed that names its properties: clients must bear new keys, but
  /// the document should know all that there are.
  private static Json closed(Json json) {
    return switch (json) {
      case Json.Obj object -> {
        var fields = new LinkedHashMap<String, Json>();
        object.fields().forEach((key, value) -> fields.put(key, closed(value)));
        if (object.get("properties").isPresent() && object.get("type").isPresent()) {
          fields.putIfAbsent("additionalProperties", Json.of(false));
        }
        yield new Json.Obj(fields);
      }
      case Json.Arr array -> new Json.Arr(array.items().stream().map(ApiDocument::closed).toList());
      default -> json;
    };
  }
}
