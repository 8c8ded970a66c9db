package dev.drover.base;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A strict reader of a JSON object from outside. The code reads each field by its name, and [#end]
/// refuses all other fields. Every problem is `INVALID_REQUEST` and names the field by its path.
/// Not safe for concurrent use.
public final class Fields {
  private final Json.Obj object;
  private final String path;
  private final UnaryOperator<String> origin;
  private final Set<String> known = new HashSet<>();

  private Fields(Json.Obj object, String path, UnaryOperator<String> origin) {
    this.object = object;
    this.path = path;
    this.origin = origin;
  }

  /// @param path the name of this object in the client's request; empty for the body itself
  public static Fields of(Json json, String path) {
    if (json instanceof Json.Obj object) {
      return new Fields(object, path, _ -> "");
    }
    throw Problem.invalid((path.isEmpty() ? "The request body" : path) + ": must be an object");
  }

  /// The object in a required field that may instead be a string, which the caller has ruled out.
  public Fields objectInsteadOfString(String field) {
    if (required(field) instanceof Json.Obj object) {
      return of(object, path(field));
    }
    throw problem(field, "must be a string or an object");
  }

  /// As [#of(Json,String)], with a suffix for each message that states the origin of the field.
  ///
  /// @param origin returns the suffix for a field's name
  public static Fields of(Json.Obj object, String path, UnaryOperator<String> origin) {
    return new Fields(object, path, origin);
  }

  public String path(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  public Problem problem(String field, String what) {
    return Problem.invalid(path(field) + ": " + what + origin.apply(field));
  }

  /// Whether the field is present, even if it is null.
  public boolean has(String field) {
    known.add(field);
    return object.get(field).isPresent();
  }

  /// The value of the field; empty if it is absent or null.
  public Optional<Json> value(String field) {
    known.add(field);
    return object.get(field).filter(value -> !(value instanceof Json.Null));
  }

  public Json required(String field) {
    return value(field).orElseThrow(() -> problem(field, "field required"));
  }

  /// A string of `min` to `max` characters.
  public String text(String field, int min, int max) {
    return text(field, required(field), min, max);
  }

  /// A string of at most `max` characters, or null if it is absent or null.
  public @Nullable String optionalText(String field, int max) {
    return value(field).map(value -> text(field, value, 0, max)).orElse(null);
  }

  /// As [#text], but refuses U+0000, because not every store can keep it outside of JSON.
  public String plainText(String field, int min, int max) {
    return plain(field, text(field, min, max));
  }

  /// As [#optionalText], but refuses U+0000.
  public @Nullable String optionalPlainText(String field, int max) {
    var text = optionalText(field, max);
    return text == null ? null : plain(field, text);
  }

  /// A name of 1 to `max` characters, without U+0000, of which a reader sees something.
  public String name(String field, int max) {
    var name = plainText(field, 1, max);
    if (Blank.is(name)) {
      throw problem(field, "must contain a character that is not white space");
    }
    return name;
  }

  /// An id.
  ///
  /// @param read makes the id of its text, or throws a [Problem] if the text is malformed
  public <T> T id(String field, Function<String, T> read) {
    return read(field, 256, read);
  }

  /// A string of 1 to `max` characters with a form of its own.
  ///
  /// @param read makes the value of its text, or throws a [Problem] if the text is malformed
  public <T> T read(String field, int max, Function<String, T> read) {
    var text = text(field, 1, max);
    try {
      return read.apply(text);
    } catch (Problem malformed) {
      throw problem(field, malformed.getMessage());
    }
  }

  private String plain(String field, String text) {
    if (text.indexOf('\0') >= 0) {
      throw problem(field, "must not contain the character U+0000");
    }
    return text;
  }

  /// The value of `type`.
  public String type() {
    return text("type", 1, 256);
  }

  /// Refuses any other value of `type`.
  public void type(String expected) {
    if (!type().equals(expected)) {
      throw problem("type", "must be \"" + expected + "\"");
    }
  }

  public Optional<Boolean> bool(String field) {
    return value(field)
        .map(
            value -> {
              if (value instanceof Json.Bool bool) {
                return bool.value();
              }
              throw problem(field, "must be a boolean");
            });
  }

  public Optional<Long> integer(String field, long min, long max) {
    return value(field)
        .map(
            value -> {
              if (value instanceof Json.Num number) {
                var whole = number.asLong();
                if (whole.isPresent() && whole.get() >= min && whole.get() <= max) {
                  return whole.get();
                }
              }
              throw problem(field, "must be an integer from " + min + " to " + max);
            });
  }

  public Optional<Fields> object(String field) {
    return value(field).map(value -> of(value, path(field)));
  }

  /// The items of an array; none if it is absent or null.
  public List<Json> items(String field, int max) {
    var value = value(field).orElse(new Json.Arr(List.of()));
    if (!(value instanceof Json.Arr array)) {
      throw problem(field, "must be an array");
    }
    if (array.items().size() > max) {
      throw problem(field, "must contain no more than " + max + " item(s)");
    }
    return array.items();
  }

  /// The objects of an array; none if it is absent or null.
  public List<Fields> objects(String field, int max) {
    var items = items(field, max);
    var objects = new ArrayList<Fields>(items.size());
    for (int i = 0; i < items.size(); i++) {
      objects.add(of(items.get(i), path(field) + "." + i));
    }
    return objects;
  }

  /// The strings of an array; none if it is absent or null.
  public List<String> texts(String field, int max, int maxLength) {
    return items(field, max).stream().map(item -> text(field, item, 1, maxLength)).toList();
  }

  /// Refuses a field of the protocol that this version does not support, unless it is absent, null
  /// or an empty array.
  public void unsupported(String field) {
    value(field)
        .filter(value -> !(value instanceof Json.Arr array && array.items().isEmpty()))
        .ifPresent(
            _ -> {
              throw problem(field, "is not supported by this version of Drover");
            });
  }

  /// The object, unchanged.
  public Json.Obj raw() {
    return object;
  }

  /// Refuses every field that was not read.
  public void end() {
    for (var field : object.fields().keySet()) {
      if (!known.contains(field)) {
        throw problem(field, "unknown field");
      }
    }
  }

  private String text(String field, Json value, int min, int max) {
    if (!(value instanceof Json.Str text)) {
      throw problem(field, "must be a string");
    }
    int length = text.value().codePointCount(0, text.value().length());
    if (length < min || length > max) {
      throw problem(
          field,
          min == 0
              ? "must have at most " + max + " characters"
              : "must have " + min + " to " + max + " characters");
    }
    return text.value();
  }
}
