package dev.drover.cli;

import dev.drover.base.Json;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// JSON values as plain text for people, in one line.
final class PlainText {
  private PlainText() {}

  /// The value without braces and quotes: items after commas, fields after their names.
  static String of(Json value) {
    return switch (value) {
      case Json.Str(var text) -> text;
      case Json.Null _ -> "";
      case Json.Num _, Json.Bool _ -> value.toString();
      case Json.Arr(var items) ->
          items.stream().map(PlainText::nested).collect(Collectors.joining(", "));
      case Json.Obj object -> of(object);
    };
  }

  /// The type of an object comes first, and needs no name.
  private static String of(Json.Obj object) {
    var type = object.text("type");
    var fields =
        object.fields().entrySet().stream()
            .filter(field -> !field.getKey().equals("type") && !isEmpty(field.getValue()))
            .map(field -> field.getKey() + ": " + nested(field.getValue()));
    return Stream.concat(Stream.ofNullable(type), fields).collect(Collectors.joining(", "));
  }

  private static String nested(Json value) {
    var text = of(value);
    boolean compound =
        value instanceof Json.Obj object
            && object.fields().values().stream().filter(field -> !isEmpty(field)).count() > 1;
    return compound ? "(" + text + ")" : text;
  }

  /// Whether the value says nothing.
  static boolean isEmpty(Json value) {
    return switch (value) {
      case Json.Null _ -> true;
      case Json.Obj(var fields) -> fields.isEmpty();
      case Json.Arr(var items) -> items.isEmpty();
      case Json.Str(var text) -> text.isEmpty();
      case Json.Num _, Json.Bool _ -> false;
    };
  }
}
