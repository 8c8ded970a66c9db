package dev.drover.bench.context;

import dev.drover.base.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What the Messages API demands of the order of a conversation.
final class PromptRules {
  private PromptRules() {}

  /// The reason why the messages are refused; empty if they are accepted.
  static Optional<String> fault(Json.Arr messages) {
    var before = "";
    Set<String> open = Set.of();
    for (var item : messages.items()) {
      if (!(item instanceof Json.Obj message) || message.items("content").isEmpty()) {
        return Optional.of("messages: every message must have content");
      }
      var role = String.valueOf(message.text("role"));
      if (role.equals(before) || (before.isEmpty() && !role.equals("user"))) {
        return Optional.of("messages: roles must alternate, beginning with user");
      }
      var answered = ids(message, "tool_result", "tool_use_id");
      if (!answered.equals(open)) {
        return Optional.of(
            "messages: each `tool_use` must have a `tool_result` in the next message");
      }
      open = ids(message, "tool_use", "id");
      if (role.equals("assistant") && isThinking(message.items("content").getLast())) {
        return Optional.of("messages: the final block in an assistant message cannot be thinking");
      }
      before = role;
    }
    return before.isEmpty() || before.equals("assistant")
        ? Optional.of("messages: the last message must not be the assistant's")
        : Optional.empty();
  }

  private static boolean isThinking(Json block) {
    return block instanceof Json.Obj object && "thinking".equals(object.text("type"));
  }

  private static Set<String> ids(Json.Obj message, String type, String key) {
    return blocks(message).stream()
        .filter(block -> type.equals(block.text("type")))
        .map(block -> String.valueOf(block.text(key)))
        .collect(Collectors.toSet());
  }

  private static List<Json.Obj> blocks(Json.Obj message) {
    return message.items("content").stream()
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .toList();
  }
}
