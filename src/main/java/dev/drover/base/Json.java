package dev.drover.base;

import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.ObjectWriteContext;

/// A JSON value. It is immutable and is written as it was read: objects keep the order of their
/// keys, and numbers keep their spelling. Therefore the content blocks of a model pass through the
/// log unchanged, and the prefix of a prompt has the same bytes in every request.
///
/// Only this type and [JsonText] use the JSON library. `toString()` returns the compact JSON text.
public sealed interface Json {

  /// The deepest nesting that [#parse] accepts.
  int MAX_DEPTH = 100;

  /// The longest string that [#parse] accepts, in characters.
  int MAX_STRING = 32 * 1024 * 1024;

  /// Longest number of a text from outside, in characters.
  int MAX_NUMBER = 400;

  Json NULL = new Null();

  /// An object, with its keys in the order in which they were written.
  record Obj(Map<String, Json> fields) implements Json {
    public Obj {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /// The value of `key`, or empty if the key is absent. JSON `null` is a value.
    public Optional<Json> get(String key) {
      return Optional.ofNullable(fields.get(key));
    }

    /// The string at `key`, or null if it is absent or of another type.
    public @Nullable String text(String key) {
      return fields.get(key) instanceof Str s ? s.value : null;
    }

    /// The whole number at `key`, or `otherwise` if it is absent or of another type.
    public long number(String key, long otherwise) {
      return fields.get(key) instanceof Num n && n.asLong().isPresent()
          ? n.asLong().get()
          : otherwise;
    }

    /// The object at `key`, or an empty object.
    public Obj object(String key) {
      return fields.get(key) instanceof Obj o ? o : EMPTY;
    }

    /// The items of the array at `key`; none if there is no such array.
    public List<Json> items(String key) {
      return fields.get(key) instanceof Arr a ? a.items : List.of();
    }

    /// A copy of this object with `key` set to `value`. An existing key keeps its place; a new key
    /// comes last.
    public Obj with(String key, @Nullable Object value) {
      var copy = new LinkedHashMap<>(fields);
      copy.put(key, of(value));
      return new Obj(copy);
    }

    @Override
    public String toString() {
      return write(this);
    }
  }

  /// An array.
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return write(this);
    }
  }

  /// A string.
  record Str(String value) implements Json {
    @Override
    public String toString() {
      return write(this);
    }
  }

  /// A number in its original spelling.
  record Num(String literal) implements Json {
    /// The value, if it is a whole number that fits in a `long` and is written as one.
    public Optional<Long> asLong() {
      try {
        return Optional.of(Long.parseLong(literal));
      } catch (NumberFormatException _) {
        return Optional.empty();
      }
    }

    public double asDouble() {
      return Double.parseDouble(literal);
    }

    @Override
    public String toString() {
      return literal;
    }
  }

  /// `true` or `false`.
  record Bool(boolean value) implements Json {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /// `null`.
  record Null() implements Json {
    @Override
    public String toString() {
      return "null";
    }
  }

  Obj EMPTY = new Obj(Map.of());

  /// An exception for a text that is not one JSON value within the limits. The message states the
  /// problem and its position, and never quotes the text.
  final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final int offset;

    Malformed(String reason) {
      this(reason, "", -1);
    }

    /// @param place follows the reason in the message
    Malformed(String reason, String place, int offset) {
      super(reason + place);
      this.reason = reason;
      this.offset = offset;
    }

    /// The problem, without its position.
    public String reason() {
      return reason;
    }

    /// The position in the text at which reading failed, in characters from 0; negative if unknown.
    public int offset() {
      return offset;
    }
  }

  /// An object of alternating keys and values; each value is converted by [#of].
  static Obj obj(@Nullable Object... keysAndValues) {
    var fields = new LinkedHashMap<String, Json>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      fields.put(String.valueOf(keysAndValues[i]), of(keysAndValues[i + 1]));
    }
    return new Obj(fields);
  }

  /// An array; each item is converted by [#of].
  static Arr arr(@Nullable Object... items) {
    return new Arr(Arrays.stream(items).map(Json::of).toList());
  }

  /// The JSON form of a Java value: null, [Json], a string, a boolean, a number, or a list or map
  /// of these.
  static Json of(@Nullable Object value) {
    return switch (value) {
      case null -> NULL;
      case Json json -> json;
      case CharSequence text -> new Str(text.toString());
      case Boolean bool -> new Bool(bool);
      case Integer number -> new Num(number.toString());
      case Long number -> new Num(number.toString());
      case Double number -> new Num(spelled(number));
      case List<?> list -> new Arr(list.stream().map(Json::of).toList());
      case Map<?, ?> map -> {
        var fields = new LinkedHashMap<String, Json>();
        map.forEach((key, item) -> fields.put(String.valueOf(key), of(item)));
        yield new Obj(fields);
      }
      default -> throw new IllegalStateException("no JSON form for " + value.getClass());
    };
  }

  /// Reads exactly one value. Refuses duplicate keys, trailing text, and more than [#MAX_DEPTH]
  /// levels. An unpaired surrogate becomes U+FFFD.
  static Json parse(String text) throws Malformed {
    return paired(JsonText.whole(text, JsonText.FACTORY));
  }

  /// Reads all values of a text in which they follow each other, as strictly as [#parse].
  ///
  /// @throws Malformed also if there are more than `most` values
  static List<Json> several(String text, int most) throws Malformed {
    return JsonText.several(text, most).stream().map(Json::paired).toList();
  }

  /// Reads the text of another server, as tolerantly as common clients do: if an object repeats a
  /// key, the last value counts, and `NaN` and infinities become null. An unpaired surrogate stays,
  /// because its other half may be in the next text; call [#paired(Json)] when all texts are
  /// complete.
  static Json received(String text) throws Malformed {
    return JsonText.whole(text, JsonText.RECEIVING);
  }

  /// A copy of the value with U+FFFD in place of every unpaired surrogate, which could not be
  /// encoded in UTF-8.
  static Json paired(Json value) {
    return isPaired(value) ? value : replaced(value); // a copy of all that is read would cost
  }

  private static Json replaced(Json value) {
    return switch (value) {
      case Obj object -> {
        var fields = new LinkedHashMap<String, Json>();
        object.fields.forEach((key, item) -> fields.put(paired(key), replaced(item)));
        yield new Obj(fields);
      }
      case Arr array -> new Arr(array.items.stream().map(Json::replaced).toList());
      case Str text -> new Str(paired(text.value));
      case Num _, Bool _, Null _ -> value;
    };
  }

  private static boolean isPaired(Json value) {
    return switch (value) {
      case Obj object -> {
        for (var field : object.fields.entrySet()) {
          if (!isPaired(field.getKey()) || !isPaired(field.getValue())) {
            yield false;
          }
        }
        yield true;
      }
      case Arr array -> array.items.stream().allMatch(Json::isPaired);
      case Str text -> isPaired(text.value);
      case Num _, Bool _, Null _ -> true;
    };
  }

  private static boolean isPaired(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean pair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /// A copy of the text with U+FFFD in place of every unpaired surrogate.
  static String paired(String text) {
    return isPaired(text)
        ? text
        : text.codePoints()
            .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  /// Reads a text that this program wrote. The text may be deeper and longer than [#parse] accepts,
  /// because stored values were nested in others and joined; so everything that was stored can be
  /// read.
  ///
  /// @throws IllegalStateException if the text is not JSON
  static Json trusted(String text) {
    try {
      return paired(JsonText.whole(text, JsonText.TRUSTING));
    } catch (Malformed e) {
      throw new IllegalStateException("stored JSON is damaged: " + e.getMessage(), e);
    }
  }

  private static String spelled(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  private static String write(Json value) {
    var out = new StringWriter();
    try (var generator = JsonText.FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
      JsonText.write(value, generator);
    }
    return out.toString();
  }
}
