package dev.drover.base;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.core.json.JsonReadFeature;

/// The part of [Json] that uses the JSON library.
final class JsonText {
  private static final int MAX_KEY = 10_000;

  static final JsonFactory FACTORY = builder(Json.MAX_DEPTH, Json.MAX_STRING).build();

  /// A factory for values that [#FACTORY] read and that were then nested or joined, such as the
  /// input of a model within its block within its event.
  static final JsonFactory TRUSTING = builder(2 * Json.MAX_DEPTH, Integer.MAX_VALUE).build();

  static final JsonFactory RECEIVING =
      builder(Json.MAX_DEPTH, Json.MAX_STRING)
          .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private JsonText() {}

  private static JsonFactoryBuilder builder(int depth, int length) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(depth)
                .maxStringLength(length)
                .maxNumberLength(Json.MAX_NUMBER)
                .maxNameLength(MAX_KEY)
                .build());
  }

  static Json whole(String text, JsonFactory factory) throws Json.Malformed {
    try (var parser = factory.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      var value = read(parser);
      if (parser.nextToken() != null) {
        throw new Json.Malformed("unexpected text after the JSON value");
      }
      return value;
    } catch (JacksonException e) {
      throw malformed(e);
    }
  }

  static List<Json> several(String text, int most) throws Json.Malformed {
    var values = new ArrayList<Json>();
    try (var parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      while (parser.nextToken() != null) {
        if (values.size() == most) {
          throw new Json.Malformed("more than " + most + " JSON values");
        }
        values.add(read(parser));
      }
      return values;
    } catch (JacksonException e) {
      throw malformed(e);
    }
  }

  private static Json read(JsonParser parser) throws Json.Malformed {
    return switch (parser.currentToken()) {
      case null -> throw new Json.Malformed("no JSON value");
      case START_OBJECT -> {
        var fields = new LinkedHashMap<String, Json>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          var key = parser.currentName();
          parser.nextToken();
          fields.put(key, read(parser));
        }
        yield new Json.Obj(fields);
      }
      case START_ARRAY -> {
        var items = new ArrayList<Json>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(parser));
        }
        yield new Json.Arr(items);
      }
      case VALUE_STRING -> new Json.Str(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          parser.isNaN() ? Json.NULL : new Json.Num(parser.getString());
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> Json.NULL;
      default -> throw new Json.Malformed("unexpected token");
    };
  }

  static void write(Json value, JsonGenerator out) {
    switch (value) {
      case Json.Obj object -> {
        out.writeStartObject();
        object
            .fields()
            .forEach(
                (key, item) -> {
                  out.writeName(key);
                  write(item, out);
                });
        out.writeEndObject();
      }
      case Json.Arr array -> {
        out.writeStartArray();
        array.items().forEach(item -> write(item, out));
        out.writeEndArray();
      }
      case Json.Str text -> out.writeString(text.value());
      case Json.Num number -> out.writeNumber(number.literal());
      case Json.Bool bool -> out.writeBoolean(bool.value());
      case Json.Null _ -> out.writeNull();
    }
  }

  /// The problem and its position, without the text at that position, which may be a secret.
  private static Json.Malformed malformed(JacksonException e) {
    var where = e.getLocation();
    var what = String.valueOf(e.getOriginalMessage());
    return where == null
        ? new Json.Malformed(reason(what))
        : new Json.Malformed(
            reason(what),
            " at line " + where.getLineNr() + ", column " + where.getColumnNr(),
            (int) where.getCharOffset());
  }

  private static String reason(String what) {
    if (what.startsWith("Duplicate")) {
      return "an object names a key twice";
    } else if (what.startsWith("Number value length")) {
      return "a number has more than " + Json.MAX_NUMBER + " characters";
    } else if (what.startsWith("Name length")) {
      return "a key has more than " + MAX_KEY + " characters";
    } else if (what.startsWith("String value length")) {
      return "a string has more than " + Json.MAX_STRING + " characters";
    }
    return what.startsWith("Document nesting depth")
        ? "a JSON limit is exceeded (nesting " + Json.MAX_DEPTH + ")"
        : "not valid JSON";
  }
}
