package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.List;

/// The input of a tool call, read from the text that the model wrote. Unambiguous text is read;
/// everything else is [Unreadable], so that the model can correct it. A wrong guess at a command
/// does harm; another round does not.
///
/// Unambiguous texts are:
///
/// - no text, `null`, `""` and `[]`: an empty object;
/// - the same object several times, or with empty ones beside it: that object, once;
/// - a JSON string that holds the object, twice at most;
/// - what [LooseJson] corrects.
public sealed interface CallInput {
  /// The maximum number of strings around an object.
  int MAX_WRAPS = 2;

  /// The maximum number of consecutive values.
  int MAX_VALUES = 1_000;

  record Whole(Json.Obj input) implements CallInput {}

  /// @param why the defect, with a quotation of the place, for the model and the client
  /// @param early whether the text ends before the object does, as when the reply was cut
  record Unreadable(String why, boolean early) implements CallInput {}

  static CallInput of(String text) {
    return of(text, MAX_WRAPS);
  }

  private static CallInput of(String text, int wraps) {
    try {
      return chosen(Json.several(text, MAX_VALUES), text, wraps);
    } catch (Json.Malformed e) {
      var loose = LooseJson.of(text);
      try {
        return chosen(Json.several(loose.text(), MAX_VALUES), text, wraps);
      } catch (Json.Malformed _) {
        return unreadable(text, e, loose.endsEarly());
      }
    }
  }

  private static CallInput chosen(List<Json> values, String text, int wraps) {
    var held = values.stream().filter(value -> !isEmpty(value)).distinct().toList();
    if (held.isEmpty()) {
      return new Whole(Json.EMPTY);
    }
    if (held.size() > 1) {
      return new Unreadable(
          "The input is not one JSON object but %d values one after another: %s"
              .formatted(values.size(), quote(text, 0)),
          false);
    }
    return switch (held.getFirst()) {
      case Json.Obj object -> new Whole(object);
      case Json.Str(var inner) when wraps > 0 && isWrapped(inner) -> of(inner, wraps - 1);
      default -> new Unreadable("The input is not a JSON object: " + quote(text, 0), false);
    };
  }

  private static boolean isWrapped(String inner) {
    var text = inner.strip();
    return text.startsWith("{") || text.startsWith("\"");
  }

  private static boolean isEmpty(Json value) {
    return switch (value) {
      case Json.Null _ -> true;
      case Json.Str(var text) -> text.isBlank();
      case Json.Obj(var fields) -> fields.isEmpty();
      case Json.Arr(var items) -> items.isEmpty();
      case Json.Num _, Json.Bool _ -> false;
    };
  }

  private static Unreadable unreadable(String text, Json.Malformed e, boolean early) {
    int at = Math.clamp(e.offset(), 0, text.length());
    var what =
        early
            ? "The input ends before its JSON object does: "
            : "The input cannot be read (%s) at character %d: ".formatted(e.reason(), at + 1);
    return new Unreadable(what + quote(text, early ? text.length() : at), early);
  }

  /// The text around a place, on one line.
  private static String quote(String text, int at) {
    int from = Math.max(0, at - 40);
    int to = Math.min(text.length(), at + 40);
    var part = Json.paired(text.substring(from, to)).replace("\n", "\\n").replace("\r", "\\r");
    return (from > 0 ? "…" : "")
        + part.codePoints()
            .map(c -> Character.isISOControl(c) ? ' ' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        + (to < text.length() ? "…" : "");
  }
}
