package dev.drover.model.openai;

import dev.drover.base.Json;
import dev.drover.model.http.CallInput;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// A tool call that is being received. Fields that the API does not define are kept, because some
/// servers expect them back, such as the signature of thinking.
final class Call {
  /// The number of a call without an index.
  static final long NONE = -1;

  /// The maximum length of a name that arrives in pieces, in characters.
  private static final int MAX_NAME = 1_000;

  private static final Set<String> KNOWN = Set.of("index", "id", "type", "function");
  private static final Set<String> KNOWN_OF_FUNCTION = Set.of("name", "arguments");

  private final long number;
  private String id = "";
  private String name = "";
  private final StringBuilder arguments = new StringBuilder();
  private boolean bare = true;
  private int depth;
  private boolean quoted;
  private boolean escaped;
  private final Map<String, Json> more = new LinkedHashMap<>();
  private final Map<String, Json> moreOfFunction = new LinkedHashMap<>();

  /// @param number the index that the server gave; [#NONE] if it gave none
  Call(long number) {
    this.number = number;
  }

  void apply(Json.Obj delta) {
    var function = delta.object("function");
    if (id.isEmpty()) {
      id = piece(delta, "id");
    }
    rename(name(delta));
    var said = arguments(function);
    // A whole call that comes again says nothing new.
    if (name(delta).isEmpty() || !isClosed() || !isSaid(said)) {
      add(said);
    }
    keep(delta, KNOWN, more);
    keep(function, KNOWN_OF_FUNCTION, moreOfFunction);
  }

  /// Adds to the name, which arrives at once, again with every delta, or in pieces.
  private void rename(String piece) {
    if (piece.startsWith(name)) {
      name = piece;
    } else if (name.length() + piece.length() <= MAX_NAME) {
      name += piece;
    }
  }

  private void add(String said) {
    arguments.append(said);
    bare = bare && said.isBlank();
    for (int i = 0; i < said.length(); i++) {
      char c = said.charAt(i);
      if (quoted) {
        quoted = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        quoted = true;
      } else {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      }
    }
  }

  /// Takes over the arguments of another call, and the fields that are missing here.
  void take(Call other) {
    id = id.isEmpty() ? other.id : id;
    add(other.arguments.toString());
    other.more.forEach(more::putIfAbsent);
    other.moreOfFunction.forEach(moreOfFunction::putIfAbsent);
  }

  private static void keep(Json.Obj from, Set<String> known, Map<String, Json> into) {
    from.fields()
        .forEach(
            (key, value) -> {
              if (!known.contains(key) && !(value instanceof Json.Null)) {
                into.put(key, value);
              }
            });
  }

  /// The name that a delta gives; may be empty.
  static String name(Json.Obj delta) {
    return piece(delta.object("function"), "name");
  }

  /// The arguments in a delta, as text. Some servers send them as an object.
  static String arguments(Json.Obj function) {
    return switch (function.get("arguments").orElse(Json.NULL)) {
      case Json.Str(var part) -> part;
      case Json.Null _ -> "";
      case Json whole -> whole.toString();
    };
  }

  long number() {
    return number;
  }

  String id() {
    return id;
  }

  String name() {
    return name;
  }

  /// Whether no part of its input has arrived.
  boolean isBare() {
    return bare;
  }

  /// Whether it has arguments and no name.
  boolean isNameless() {
    return !bare && name.isBlank();
  }

  /// Whether it has neither a name nor arguments.
  boolean isNone() {
    return bare && name.isBlank();
  }

  /// Whether every string and bracket of its arguments is closed, so that more would be too many.
  boolean isClosed() {
    return !bare && !quoted && depth <= 0;
  }

  boolean isEmptyObject() {
    return arguments.length() <= 8 && arguments.toString().replaceAll("\\s", "").equals("{}");
  }

  /// Whether its arguments are these.
  boolean isSaid(String text) {
    return !text.isBlank() && text.contentEquals(arguments);
  }

  CallInput input() {
    return CallInput.of(arguments.toString());
  }

  /// The fields that the API does not define; may be empty.
  Json.Obj more() {
    return moreOfFunction.isEmpty()
        ? new Json.Obj(more)
        : new Json.Obj(more).with("function", new Json.Obj(moreOfFunction));
  }

  static String piece(Json.Obj object, String key) {
    var piece = object.text(key);
    return piece == null ? "" : piece;
  }
}
