package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The remedies for fields that came with a reply and are sent back with it, such as a model's
/// thinking. Some servers refuse their own fields, others require one.
final class EchoRemedies {
  private static final Set<String> OF_MESSAGE = Set.of("role", "content", "tool_calls", "name");
  private static final Set<String> OF_CALL = Set.of("id", "type", "function");
  private static final Set<String> OF_FUNCTION = Set.of("name", "arguments");

  /// The fields that contain thinking as one text.
  private static final List<String> TEXTS =
      List.of("reasoning_content", "reasoning", "reasoning_text", "thinking");

  /// Those that servers are known to require.
  private static final List<String> WANTED = TEXTS.subList(0, 2);

  private static final Pattern REMOVE =
      Pattern.compile("\\b(remove|delete|omit|drop|exclude|without)\\b");
  private static final Pattern MISSING =
      Pattern.compile(
          "missing|required|(must|should|needs? to|has to) be"
              + " (passed|sent|given|present|provided|included|set)|not (provided|present|found)");

  private EchoRemedies() {}

  /// Fields of an assistant message, or of a call in it, that the server does not accept.
  static Optional<Remedy> refusedField(Refused refused, Json.Obj body) {
    if (!refused.isUnsupported() && !refused.says(REMOVE)) {
      return Optional.empty();
    }
    var named = echoed(body).stream().filter(name -> isNamed(refused, name)).sorted().toList();
    return named.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Remedy(
                "leaves " + String.join(", ", named) + " out of the assistant's messages",
                true,
                true,
                sent -> assistants(sent, message -> without(message, named::contains))));
  }

  /// A field for thinking that the server requires in an assistant message.
  static Optional<Remedy> missingField(Refused refused, Json.Obj body) {
    if (refused.isUnsupported() || !refused.says(MISSING)) {
      return Optional.empty();
    }
    return WANTED.stream()
        .filter(name -> isNamed(refused, name))
        .filter(name -> messages(body).stream().anyMatch(one -> one.get(name).isEmpty()))
        .findFirst()
        .map(
            name ->
                new Remedy(
                    "sends " + name + " with every message of the assistant",
                    true,
                    false,
                    sent -> assistants(sent, message -> with(message, name))));
  }

  /// The message with its thinking under this name, or with an empty text if it has none.
  private static Json.Obj with(Json.Obj message, String name) {
    if (message.get(name).isPresent()) {
      return message;
    }
    var came =
        TEXTS.stream()
            .filter(text -> message.get(text).orElse(Json.NULL) instanceof Json.Str)
            .findFirst();
    var thoughts = came.map(message::text).orElse("");
    return came.map(other -> Remedies.without(message, other)).orElse(message).with(name, thoughts);
  }

  /// Some of the names are ordinary words. They must be in quotes, in a path, or after a word for a
  /// field.
  private static boolean isNamed(Refused refused, String name) {
    var word = Pattern.quote(name) + "(?![a-z0-9_])";
    return name.contains("_")
        ? refused.names(name)
        : refused.pointsAt(name)
            || refused.says(
                Pattern.compile(
                    "(?<!thinking|reasoning)[`'\"./\\]]"
                        + word
                        + "|(field|property|properties|parameter|argument|key|name|input)s?\\W{1,3}"
                        + word));
  }

  /// The names of all fields of the assistant's messages and calls that the API does not define.
  private static Set<String> echoed(Json.Obj body) {
    var names = new LinkedHashSet<String>();
    for (var message : messages(body)) {
      without(message, name -> names.add(name.toLowerCase(Locale.ROOT)));
    }
    return names;
  }

  private static List<Json.Obj> messages(Json.Obj body) {
    var found = new ArrayList<Json.Obj>();
    assistants(
        body,
        message -> {
          found.add(message);
          return message;
        });
    return found;
  }

  private static Json.Obj assistants(Json.Obj body, UnaryOperator<Json.Obj> change) {
    return body.with(
        "messages",
        body.items("messages").stream()
            .map(
                json ->
                    json instanceof Json.Obj message && "assistant".equals(message.text("role"))
                        ? change.apply(message)
                        : json)
            .toList());
  }

  /// The message, and its calls, without the fields that `gone` selects. The API's own fields stay.
  private static Json.Obj without(Json.Obj message, Predicate<String> gone) {
    var rest = without(message, OF_MESSAGE, gone);
    return rest.get("tool_calls").isEmpty()
        ? rest
        : rest.with(
            "tool_calls",
            rest.items("tool_calls").stream()
                .map(json -> json instanceof Json.Obj call ? call(call, gone) : json)
                .toList());
  }

  private static Json call(Json.Obj call, Predicate<String> gone) {
    var rest = without(call, OF_CALL, gone);
    return rest.get("function").orElse(Json.NULL) instanceof Json.Obj function
        ? rest.with("function", without(function, OF_FUNCTION, gone))
        : rest;
  }

  private static Json.Obj without(Json.Obj object, Set<String> own, Predicate<String> gone) {
    var fields = new LinkedHashMap<>(object.fields());
    fields
        .keySet()
        .removeIf(name -> !own.contains(name) && gone.test(name.toLowerCase(Locale.ROOT)));
    return new Json.Obj(fields);
  }
}
