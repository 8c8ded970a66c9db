package dev.drover.testing;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Makes values of a document's schemas, and breaks them. The same random numbers make the same
/// values.
public final class Samples {
  private static final List<Json> STRANGE =
      List.of(
          Json.NULL,
          Json.of(true),
          Json.of(-1),
          Json.of(0),
          new Json.Num("1e999"),
          new Json.Num("-0.5"),
          new Json.Num("123456789012345678901234567890"),
          Json.of(""),
          Json.of("\u0000"),
          Json.of("\ud83d\ude00 \u202e"),
          Json.of("agent_01nobodyknowsit"),
          Json.of("x".repeat(300)),
          Json.of("y".repeat(3_000)),
          Json.of("z".repeat(120_000)),
          Json.arr(),
          Json.EMPTY,
          Json.arr(Json.NULL),
          Json.obj("type", "text"),
          Json.obj("type", "no_such_type", "text", 1));

  private final ApiDocument document;
  private final Random random;
  private final Function<String, String> texts;

  /// @param texts what is a good text for a field of this name
  public Samples(ApiDocument document, Random random, Function<String, String> texts) {
    this.document = document;
    this.random = random;
    this.texts = texts;
  }

  /// A value that the schema allows, mostly.
  public Json good(Json.Obj schema) {
    return good(schema, "");
  }

  private Json good(Json.Obj reference, String name) {
    var schema = document.resolve(reference);
    for (var choices : List.of("oneOf", "enum")) {
      var items = schema.items(choices);
      if (!items.isEmpty()) {
        var one = items.get(random.nextInt(items.size()));
        return choices.equals("oneOf") ? good((Json.Obj) one, name) : one;
      }
    }
    if (schema.get("const").isPresent()) {
      return schema.get("const").get();
    }
    var type = schema.text("type");
    if (type == null) {
      type =
          String.valueOf(schema.items("type").stream().findFirst().map(Samples::text).orElse(""));
    }
    return switch (type) {
      case "object" -> object(schema);
      case "array" -> array(schema, name);
      case "integer", "number" -> Json.of(schema.number("minimum", 1));
      case "boolean" -> Json.of(random.nextBoolean());
      case "null" -> Json.NULL;
      default -> Json.of(texts.apply(name));
    };
  }

  private static String text(Json json) {
    return json instanceof Json.Str text ? text.value() : "";
  }

  private Json object(Json.Obj schema) {
    var required = schema.items("required");
    var fields = new LinkedHashMap<String, Json>();
    schema
        .object("properties")
        .fields()
        .forEach(
            (name, property) -> {
              if (required.contains(Json.of(name)) || random.nextInt(4) == 0) {
                fields.put(name, good((Json.Obj) property, name));
              }
            });
    return new Json.Obj(fields);
  }

  private Json array(Json.Obj schema, String name) {
    var items = new ArrayList<Json>();
    int count = schema.number("maxItems", 2) == 0 ? 0 : 1 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      items.add(good(schema.object("items"), name));
    }
    return new Json.Arr(items);
  }

  /// The value with something wrong in one place of it.
  public Json broken(Json json) {
    return switch (json) {
      case Json.Obj object when !object.fields().isEmpty() && random.nextInt(4) != 0 -> {
        var names = List.copyOf(object.fields().keySet());
        var name = names.get(random.nextInt(names.size()));
        yield object.with(name, broken(object.get(name).orElse(Json.NULL)));
      }
      case Json.Arr array when !array.items().isEmpty() && random.nextInt(4) != 0 -> {
        var items = new ArrayList<>(array.items());
        int at = random.nextInt(items.size());
        items.set(at, broken(items.get(at)));
        yield new Json.Arr(items);
      }
      case Json.Obj object when random.nextInt(3) == 0 ->
          object.with("nobody_knows_this", strange());
      case Json.Obj object when !object.fields().isEmpty() && random.nextInt(3) == 0 -> {
        var fields = new LinkedHashMap<>(object.fields());
        var names = List.copyOf(fields.keySet());
        fields.remove(names.get(random.nextInt(names.size())));
        yield new Json.Obj(fields);
      }
      case Json.Arr array when random.nextInt(3) == 0 -> {
        var items = new ArrayList<>(array.items());
        while (items.size() < 1_100) {
          items.add(items.isEmpty() ? strange() : items.getFirst());
        }
        yield new Json.Arr(items);
      }
      default -> strange();
    };
  }

  private Json strange() {
    if (random.nextInt(10) == 0) {
      Json deep = Json.of(1);
      for (int i = 0; i < 98; i++) {
        deep = i % 2 == 0 ? Json.arr(deep) : Json.obj("a", deep);
      }
      return deep;
    }
    return STRANGE.get(random.nextInt(STRANGE.size()));
  }

  /// A text that is not JSON any more, as a rule.
  public String malformed(String json) {
    int at = random.nextInt(json.length() + 1);
    return switch (random.nextInt(10)) {
      case 0 -> json.substring(0, at);
      case 1 -> json.substring(0, at) + '\u0000' + json.substring(at);
      case 2 -> "\ufeff" + json;
      case 3 -> json + json;
      case 4 -> "[".repeat(50_000);
      case 5 -> json.replaceFirst("\\{", "{\"a\":1,\"a\":2,");
      case 6 -> json.replaceFirst("\"", "'");
      case 7 -> json.replaceFirst(":", ":NaN,");
      case 8 -> json.replaceFirst("\"", "\"\\\\ud800");
      default -> json.substring(0, at) + "\u00e9" + json.substring(at);
    };
  }
}
