package dev.drover.model.http;

import dev.drover.base.Json;
import dev.drover.model.http.ReplyEvents.ReplyEvent;
import java.util.List;

/// Recognizes events that report an error in place of a reply, in the shapes that servers and
/// routers of both APIs use. Nearly all events are ordinary ones, which a few lookups rule out.
final class ErrorEvents {
  private static final String ERROR = "error";

  /// The fields that are false if there will be no reply.
  private static final List<String> FALSE_IF_FAILED = List.of("success", "ok");

  private ErrorEvents() {}

  static boolean is(ReplyEvent event) {
    var body = event.body();
    return !isOrdinary(event)
        && (isSaid(value(body, ERROR))
            || hasErrorWord(body)
            || isBare(body)
            || isOfChoice(body)
            || isException(body)
            || body.object("base_resp").number("status_code", 0) != 0
            || (isErrorName(event.name()) && body.items("choices").isEmpty()));
  }

  /// Whether the event is a chunk of Chat Completions or an event of the Messages API, without any
  /// mark of an error.
  private static boolean isOrdinary(ReplyEvent event) {
    var body = event.body();
    var fields = body.fields();
    if (fields.containsKey(ERROR) || fields.containsKey("base_resp") || hasErrorWord(body)) {
      return false;
    }
    return body.items("choices").isEmpty()
        ? body.text("type") != null && fields.size() > 1 && !isErrorName(event.name())
        : !isOfChoice(body);
  }

  /// `{"type": "error", …}` and `{"object": "error", …}`.
  private static boolean hasErrorWord(Json.Obj body) {
    return ERROR.equals(body.text("type")) || ERROR.equals(body.text("object"));
  }

  private static boolean isErrorName(String name) {
    return name.equals(ERROR) || name.endsWith("Exception");
  }

  /// `{"modelStreamErrorException": {"message": …}}`, the shape of Amazon Bedrock.
  private static boolean isException(Json.Obj body) {
    return body.fields().size() == 1
        && isErrorName(body.fields().keySet().iterator().next())
        && isSaid(body.fields().values().iterator().next());
  }

  /// `{"detail": …}`, `{"message": …}`, with or without a code, or `{"success": false, …}`, and no
  /// part of a reply.
  private static boolean isBare(Json.Obj body) {
    boolean isOfReply =
        !body.items("choices").isEmpty()
            || body.text("type") != null
            || body.text("object") != null
            || isSaid(value(body, "usage"));
    return !isOfReply
        && (isSaid(value(body, "detail"))
            || body.text("message") != null
            || FALSE_IF_FAILED.stream().anyMatch(key -> isFalse(value(body, key))));
  }

  private static boolean isFalse(Json json) {
    return json instanceof Json.Bool(var is) && !is;
  }

  /// `{"choices": [{"finish_reason": "error", "error": …}]}`.
  private static boolean isOfChoice(Json.Obj body) {
    return body.items("choices").stream()
        .anyMatch(
            item ->
                item instanceof Json.Obj choice
                    && choice.number("index", 0) == 0
                    && isSaid(value(choice, ERROR)));
  }

  private static Json value(Json.Obj object, String key) {
    return object.get(key).orElse(Json.NULL);
  }

  /// Whether a value has any content: some servers send an empty `error` with every event.
  private static boolean isSaid(Json json) {
    return switch (json) {
      case Json.Null _ -> false;
      case Json.Bool(var is) -> is;
      case Json.Str(var text) -> !text.isBlank();
      case Json.Obj(var fields) -> fields.values().stream().anyMatch(ErrorEvents::isSaid);
      case Json.Arr(var items) -> items.stream().anyMatch(ErrorEvents::isSaid);
      case Json.Num(var literal) -> !literal.equals("0");
    };
  }
}
