package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the message in the body of an error: in objects, lists, strings that contain JSON (as
/// routers wrap it), event streams, markup and plain text. The number of levels and messages is
/// bounded. The parts of the request that a server repeats (`input`) are not read.
final class ErrorBody {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_MESSAGES = 4;

  /// The maximum length of a message, in characters.
  private static final int MAX_MESSAGE = 4_000;

  private static final List<String> TYPE = List.of("type", "__type", "error_type", "status");
  private static final List<String> CODE =
      List.of("code", "error_code", "status_code", "statusCode", "status", "errcode");
  private static final List<String> MESSAGE =
      List.of(
          "message",
          "msg",
          "Message",
          "error_description",
          "error_msg",
          "errmsg",
          "error_message",
          "status_msg",
          "faultstring",
          "detail",
          "description",
          "reason",
          "title");

  /// The fields that may contain more messages: objects, lists, or texts.
  private static final List<String> INSIDE =
      List.of(
          "error",
          "errors",
          "choices",
          "message",
          "detail",
          "metadata",
          "raw",
          "fault",
          "base_resp",
          "response",
          "body",
          "cause",
          "innererror");

  private String type = "";
  private String code = "";
  private final Set<String> messages = new LinkedHashSet<>();
  private final Set<String> names = new LinkedHashSet<>();

  private ErrorBody() {}

  static ErrorWords read(String body) {
    var found = new ErrorBody();
    found.text(events(body.strip()), 0);
    return found.words();
  }

  static ErrorWords read(Json body) {
    var found = new ErrorBody();
    found.look(body, 0);
    return found.words();
  }

  private ErrorWords words() {
    return new ErrorWords(type, code, String.join(": ", messages), List.copyOf(names));
  }

  /// The first data of an event stream; other text is unchanged.
  private static String events(String text) {
    return text.startsWith("data:") || text.startsWith("event:")
        ? text.lines()
            .filter(line -> line.startsWith("data:"))
            .map(line -> line.substring("data:".length()).strip())
            .filter(line -> !line.isEmpty() && !line.equals("[DONE]"))
            .findFirst()
            .orElse(text)
        : text;
  }

  private void text(String text, int depth) {
    if (Markup.isMarkup(text)) {
      add(Markup.words(text));
      return;
    }
    var whole = parsed(text);
    if (whole != null && isEmpty(whole)) {
      return;
    }
    int start = text.indexOf(text.startsWith("[") ? '[' : '{');
    int end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
    var inner = start < 0 || end < start ? null : parsed(text.substring(start, end + 1));
    if (inner == null || depth > MAX_DEPTH) {
      add(text);
      return;
    }
    add(text.substring(0, start).replaceFirst("[\\s:=-]+$", ""));
    int before = messages.size();
    look(inner, depth + 1);
    // what a message itself holds is words, whatever its shape
    boolean isNamed = depth == 0 && !(code.isEmpty() && type.isEmpty());
    if (messages.size() == before && !isNamed && !isEmpty(inner)) {
      add(text);
    }
  }

  /// Whether a value contains no text and no number, such as `{"error": null}`.
  private static boolean isEmpty(Json json) {
    return switch (json) {
      case Json.Obj(var fields) -> fields.values().stream().allMatch(ErrorBody::isEmpty);
      case Json.Arr(var items) -> items.stream().allMatch(ErrorBody::isEmpty);
      case Json.Str(var text) -> text.isBlank();
      case Json.Null _ -> true;
      case Json.Bool _, Json.Num _ -> false;
    };
  }

  private static @Nullable Json parsed(String text) {
    try {
      return Json.parse(text);
    } catch (Json.Malformed _) {
      return null;
    }
  }

  private void look(Json json, int depth) {
    if (depth > MAX_DEPTH || messages.size() >= MAX_MESSAGES) {
      return;
    }
    switch (json) {
      case Json.Str(var text) -> text(text.strip(), depth);
      case Json.Arr(var items) ->
          items.stream().limit(MAX_MESSAGES).forEach(item -> look(item, depth + 1));
      case Json.Obj object -> {
        own(object, depth);
        INSIDE.forEach(key -> object.get(key).ifPresent(value -> inside(key, value, depth)));
        object.fields().entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("Exception"))
            .limit(1)
            .forEach(entry -> exception(entry.getKey(), entry.getValue(), depth));
      }
      default -> {}
    }
  }

  /// `{"throttlingException": {"message": …}}`.
  private void exception(String name, Json value, int depth) {
    type = type.isEmpty() ? name : type;
    look(value, depth + 1);
  }

  private void inside(String key, Json value, int depth) {
    boolean isText = value instanceof Json.Str;
    if (!isText) {
      int before = messages.size();
      look(value, depth + 1);
      if (key.equals("errors") && value instanceof Json.Obj named && messages.size() == before) {
        byName(named, depth);
      }
    } else if (!MESSAGE.contains(key)) {
      var before = Set.copyOf(messages);
      look(value, depth + 1);
      // {"error": "Bad Request", "message": …}: the error is a type
      if (key.equals("error") && !before.isEmpty() && type.isEmpty()) {
        type = ((Json.Str) value).value();
        messages.retainAll(before);
      }
    }
  }

  /// `{"max_tokens": ["must be positive"]}`.
  private void byName(Json.Obj errors, int depth) {
    errors.fields().entrySet().stream()
        .limit(MAX_MESSAGES)
        .forEach(
            entry -> {
              names.add(entry.getKey());
              look(entry.getValue(), depth + 1);
            });
  }

  private void own(Json.Obj object, int depth) {
    if (type.isEmpty() && !object.fields().containsKey("loc")) {
      type = first(object, TYPE).replaceFirst("^(error|[0-9]+)$", "");
    }
    code = code.isEmpty() ? first(object, CODE) : code;
    name(object);
    for (var key : MESSAGE) {
      if (object.get(key).orElse(Json.NULL) instanceof Json.Str(var text) && !text.isBlank()) {
        text(place(object) + text.strip(), depth);
        return;
      }
    }
  }

  private static String first(Json.Obj object, List<String> keys) {
    for (var key : keys) {
      switch (object.get(key).orElse(Json.NULL)) {
        case Json.Str(var text) when !isNone(text.strip()) -> {
          return text.strip();
        }
        case Json.Num(var literal) when !literal.equals("0") -> {
          return literal;
        }
        default -> {}
      }
    }
    return "";
  }

  /// Whether a field is empty; servers in Python write `None` for that (LiteLLM).
  private static boolean isNone(String text) {
    return text.isEmpty() || text.equals("None") || text.equals("null");
  }

  private void name(Json.Obj object) {
    var param = object.text("param");
    if (param != null && !isNone(param.strip())) {
      names.add(param.strip());
    }
    var place = place(object);
    if (!place.isEmpty()) {
      names.add(place.substring(0, place.length() - 2));
    }
  }

  /// The place of the error in the request, in the form of FastAPI and others: `messages.0.content:
  /// `.
  private static String place(Json.Obj object) {
    var steps = new ArrayList<String>();
    for (var step : object.items("loc")) {
      steps.add(step instanceof Json.Str(var text) ? text : step.toString());
    }
    if (!steps.isEmpty() && steps.getFirst().equals("body")) {
      steps.removeFirst();
    }
    return steps.isEmpty() ? "" : String.join(".", steps) + ": ";
  }

  private void add(String text) {
    var words = text.strip();
    words = words.substring(0, Math.min(words.length(), MAX_MESSAGE));
    var known = String.join("\n", messages);
    if (!words.isEmpty() && messages.size() < MAX_MESSAGES && !known.contains(words)) {
      messages.add(words);
    }
  }
}
