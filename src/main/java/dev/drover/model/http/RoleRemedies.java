package dev.drover.model.http;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The remedies for servers and chat templates that refuse the order or the roles of the messages.
/// The same texts are sent in an order that they accept.
final class RoleRemedies {
  /// The text of a message that only separates two others.
  private static final String SEPARATOR = "OK.";

  private static final Pattern USER_AFTER_TOOL =
      Wordings.any(
          "role:? ?[`'\"]?user[`'\"]? (directly |cannot |must not )?(come |follow )?after"
              + " (a |the )?(role:? ?)?[`'\"]?tool",
          "user (message|role|turn)s? (cannot|can't|must not|may not|should not)"
              + "[^.]{0,30}(after|follow)[^.]{0,30}tool");

  private static final Pattern ALTERNATE =
      Wordings.any(
          "must alternate",
          "should alternate",
          "alternat\\w+ (between )?[`'\"]?user",
          "non-alternating",
          "(consecutive|successive) (user|assistant)",
          "(two|multiple) (user|assistant) messages in a row",
          "same role (twice|in a row)");

  private static final Pattern SYSTEM_FIRST =
      Wordings.any(
          "system (message|prompt|role)s? (must|should|can only|may only|is only|are only|has to)"
              + "[^.]{0,40}(begin|first|start)",
          "unexpected role:? ?[`'\"]?system[`'\"]? after",
          "(multiple|more than one|several|only one|only a single) system (message|prompt)");

  private static final Pattern NO_SYSTEM =
      Wordings.any(
          "((?<![a-z])system[`'\"]? (role|message|prompt|instruction)s?"
              + "|[`'\"]system[`'\"]"
              + "|role:? ?[`'\"]?system)"
              + "[^.]{0,24}(not|n't|un)"
              + "[^.]{0,24}(support|allow|accept|enabled|permitted|valid|one of)",
          "(not|n't) support[^.]{0,24}"
              + "((?<![a-z])system (role|message|prompt|instruction)|[`'\"]system[`'\"])",
          "(unexpected|unsupported|invalid|unknown|unrecogni[sz]ed)( message| chat)? role:?"
              + " ?[`'\"]?system",
          "unsupported system (role|message|prompt|instruction)",
          "developer instruction is not enabled",
          "only (?![^.]*system)[^.]{0,12}\\buser\\b[^.]{0,40}roles?\\b");

  private RoleRemedies() {}

  /// Mistral's models want a reply between the results of tools and the next message of the user.
  static Optional<Remedy> afterTools(Refused refused, Json.Obj body) {
    return refused.says(USER_AFTER_TOOL)
        ? remedy(
            "sends a short assistant message between tool results and a user message",
            body,
            RoleRemedies::separated)
        : Optional.empty();
  }

  /// Many chat templates want users and assistants to take turns.
  static Optional<Remedy> alternating(Refused refused, Json.Obj body) {
    return refused.says(ALTERNATE)
        ? remedy(
            "joins adjacent messages of one role", body, messages -> joined(separated(messages)))
        : Optional.empty();
  }

  /// Some templates have no system message, and some have it only at the beginning.
  static Optional<Remedy> system(Refused refused, Json.Obj body) {
    boolean later = body.items("messages").stream().skip(1).anyMatch(RoleRemedies::isSystem);
    if (later && refused.says(SYSTEM_FIRST)) {
      return remedy(
          "sends later system messages as text of the user", body, messages -> moved(messages, 1));
    }
    return refused.says(NO_SYSTEM)
        ? remedy(
            "sends the system text in front of the first user message",
            body,
            messages -> moved(messages, 0))
        : Optional.empty();
  }

  /// The remedy, if it changes anything.
  private static Optional<Remedy> remedy(
      String what, Json.Obj body, UnaryOperator<List<Json>> change) {
    var messages = body.items("messages");
    return change.apply(messages).equals(messages)
        ? Optional.empty()
        : Optional.of(
            new Remedy(
                what,
                true,
                false,
                sent -> sent.with("messages", change.apply(sent.items("messages")))));
  }

  private static boolean isSystem(Json message) {
    return is(message, "system");
  }

  private static boolean is(Json json, String role) {
    return json instanceof Json.Obj message && role.equals(message.text("role"));
  }

  private static List<Json> separated(List<Json> messages) {
    var all = new ArrayList<Json>();
    for (var message : messages) {
      if (!all.isEmpty() && is(all.getLast(), "tool") && is(message, "user")) {
        all.add(Json.obj("role", "assistant", "content", SEPARATOR));
      }
      all.add(message);
    }
    return all;
  }

  private static List<Json> joined(List<Json> messages) {
    var all = new ArrayList<Json>();
    for (var json : messages) {
      if (!all.isEmpty()
          && json instanceof Json.Obj message
          && all.getLast() instanceof Json.Obj last
          && isJoinable(last, message)) {
        all.set(all.size() - 1, last.with("content", joined(last, message)));
      } else {
        all.add(json);
      }
    }
    return all;
  }

  private static boolean isJoinable(Json.Obj last, Json.Obj message) {
    var role = String.valueOf(message.text("role"));
    return role.equals(last.text("role"))
        && (role.equals("user")
            || (role.equals("assistant")
                && last.items("tool_calls").isEmpty()
                && message.items("tool_calls").isEmpty()));
  }

  private static Json joined(Json.Obj one, Json.Obj other) {
    var first = one.get("content").orElse(Json.NULL);
    var second = other.get("content").orElse(Json.NULL);
    if (first instanceof Json.Str(var text) && second instanceof Json.Str(var more)) {
      return Json.of(text + "\n\n" + more);
    }
    var parts = new ArrayList<>(parts(first));
    parts.addAll(parts(second));
    return new Json.Arr(parts);
  }

  private static List<Json> parts(Json content) {
    return switch (content) {
      case Json.Str(var text) -> List.of(Json.obj("type", "text", "text", text));
      case Json.Arr(var items) -> items;
      default -> List.of();
    };
  }

  /// The messages with the system messages from `from` on as text in front of the next message of
  /// the user, or as the last message.
  private static List<Json> moved(List<Json> messages, int from) {
    var all = new ArrayList<Json>();
    var texts = new ArrayList<Json>();
    for (int i = 0; i < messages.size(); i++) {
      var message = messages.get(i);
      if (i >= from && isSystem(message)) {
        texts.add(((Json.Obj) message).with("role", "user"));
      } else if (is(message, "user")) {
        texts.add(message);
        all.add(joined(texts).getFirst());
        texts.clear();
      } else {
        all.add(message);
      }
    }
    all.addAll(joined(texts));
    return all;
  }
}
