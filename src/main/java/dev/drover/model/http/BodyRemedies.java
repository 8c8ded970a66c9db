package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The remedies for the form of a request: the same content is sent in another form.
final class BodyRemedies {
  private static final Pattern NO_NULL =
      Wordings.any(
          "null",
          "none\\b",
          "nonetype",
          "nil\\b",
          "string_type",
          "valid (string|list)",
          "must be (a )?(string|text)",
          "(is|field) (required|missing)",
          "missing (field|'content')",
          "参数非法",
          "不能为空",
          "未正常接收");

  /// Words that name no part of the request, and that servers write when they find a null.
  private static final Pattern UNPLACED =
      Wordings.any(
          "nonetype",
          "nilclass",
          "for nil\\b",
          "(properties|property) (of|on|for) null",
          "not a string: null",
          "null ?pointer",
          "nil ?pointer",
          "(is|of|type|value|got|received|found|unmarshal|unexpected):? ([a-z]+ )?[`'\"]?null\\b",
          "(type|got|received|found):? [`'\"]?none\\b",
          "\\b(null|none)[`'\"]? is not (of type|a string)",
          "expected (a )?(string|str|text)[^.]{0,20}\\b(null|none|nil)\\b",
          "参数非法",
          "输入不能为空",
          "未正常接收");

  private static final Pattern NO_BLANK =
      Wordings.any("empty", "blank", "white ?space", "too_short", "at least 1", "min_?length");
  private static final Pattern NO_LIST =
      Wordings.any(
          "valid string",
          "be (a )?string",
          "expected (a )?(string|text)",
          "cannot unmarshal array",
          "string_type");

  private BodyRemedies() {}

  /// A message with nothing but calls has no text. The standard form is null, but some servers
  /// require an empty text, and others refuse that.
  static Optional<Remedy> content(Refused refused, Json.Obj body) {
    if (!refused.names("content") && !refused.names("messages") && !refused.says(UNPLACED)) {
      return Optional.empty();
    }
    if (has(body, Json.NULL) && refused.says(NO_NULL)) {
      return Optional.of(
          new Remedy(
              "sends an empty content beside tool calls",
              true,
              false,
              sent -> assistants(sent, Json.NULL, message -> message.with("content", ""))));
    }
    if (has(body, Json.of("")) && refused.says(NO_BLANK)) {
      return Optional.of(
          new Remedy(
              "sends no content beside tool calls",
              true,
              false,
              sent ->
                  assistants(
                      assistants(sent, Json.of(""), BodyRemedies::withoutContent),
                      Json.NULL,
                      BodyRemedies::withoutContent)));
    }
    return Optional.empty();
  }

  private static Json.Obj withoutContent(Json.Obj message) {
    return Remedies.without(message, "content");
  }

  private static boolean has(Json.Obj body, Json content) {
    return body.items("messages").stream().anyMatch(message -> isCalls(message, content));
  }

  private static boolean isCalls(Json json, Json content) {
    return json instanceof Json.Obj message
        && !message.items("tool_calls").isEmpty()
        && message.get("content").filter(content::equals).isPresent();
  }

  private static Json.Obj assistants(Json.Obj body, Json content, UnaryOperator<Json.Obj> change) {
    return body.with(
        "messages",
        body.items("messages").stream()
            .map(json -> isCalls(json, content) ? change.apply((Json.Obj) json) : json)
            .toList());
  }

  /// The cache marks. Without them the request costs more, but has the same content.
  static Optional<Remedy> cacheControl(Refused refused, Json.Obj body) {
    boolean marked = body.toString().contains("\"cache_control\"");
    return marked && refused.names("cache_control") && refused.isUnsupported()
        ? Optional.of(
            new Remedy("leaves out cache_control", true, true, sent -> (Json.Obj) unmarked(sent)))
        : Optional.empty();
  }

  /// Blocks and the blocks within them, but never the input of a call.
  private static Json unmarked(Json json) {
    return switch (json) {
      case Json.Arr(var items) -> new Json.Arr(items.stream().map(BodyRemedies::unmarked).toList());
      case Json.Obj object -> {
        var fields = new LinkedHashMap<String, Json>();
        Remedies.without(object, "cache_control")
            .fields()
            .forEach(
                (name, value) ->
                    fields.put(name, value instanceof Json.Arr ? unmarked(value) : value));
        yield new Json.Obj(fields);
      }
      default -> json;
    };
  }

  /// The system prompt as one text, for servers that accept no blocks there.
  static Optional<Remedy> systemText(Refused refused, Json.Obj body) {
    boolean refusesBlocks = refused.names("system") && refused.says(NO_LIST);
    return refusesBlocks && body.get("system").orElse(Json.NULL) instanceof Json.Arr
        ? Optional.of(
            new Remedy("sends the system prompt as one text", true, false, BodyRemedies::asText))
        : Optional.empty();
  }

  private static Json.Obj asText(Json.Obj body) {
    return body.get("system").orElse(Json.NULL) instanceof Json.Arr(var blocks)
        ? body.with(
            "system",
            blocks.stream()
                .map(block -> block instanceof Json.Obj text ? text.text("text") : null)
                .map(String::valueOf)
                .collect(Collectors.joining("\n\n")))
        : body;
  }
}
