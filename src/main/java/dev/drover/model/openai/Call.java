package dev.drover.model.openai;

import dev.drover.base.Json;
import java.util.Optional;

/// One tool call in the making.
final class Call {
  private final long number;
  private String id = "";
  private String name = "";
  private final StringBuilder arguments = new StringBuilder();

  /// @param number what the server numbers it; less than 0: it does not
  Call(long number) {
    this.number = number;
  }

  /// Whether `delta` goes on with this call. Some servers give every call the same number, or none.
  boolean isContinuedBy(long next, Json.Obj delta) {
    var nextId = piece(delta, "id");
    if (!nextId.isEmpty() && !id.isEmpty()) {
      return nextId.equals(id) && next == number;
    }
    return next == number && (next >= 0 || piece(delta.object("function"), "name").isEmpty());
  }

  void apply(Json.Obj delta) {
    var function = delta.object("function");
    if (id.isEmpty()) {
      id = piece(delta, "id");
    }
    if (name.isEmpty()) {
      name = piece(function, "name");
    }
    switch (function.get("arguments").orElse(Json.NULL)) {
      case Json.Str(var part) -> arguments.append(part);
      case Json.Obj whole -> arguments.append(whole);
      default -> {}
    }
  }

  String id() {
    return id;
  }

  String name() {
    return name;
  }

  /// Whether nothing of its input has come.
  boolean isBare() {
    return arguments.toString().isBlank();
  }

  /// Its input; empty if that is no JSON object.
  Optional<Json.Obj> input() {
    if (isBare()) {
      return Optional.of(Json.EMPTY);
    }
    try {
      return Json.parse(arguments.toString()) instanceof Json.Obj object
          ? Optional.of(object)
          : Optional.empty();
    } catch (Json.Malformed _) {
      return Optional.empty();
    }
  }

  private static String piece(Json.Obj object, String key) {
    var piece = object.text(key);
    return piece == null ? "" : piece;
  }
}
