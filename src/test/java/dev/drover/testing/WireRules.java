package dev.drover.testing;

import dev.drover.base.Blank;
import dev.drover.base.Json;
import dev.drover.model.CompactionBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What the Messages API asks of a conversation, by its documents and by public reports of what it
/// refuses.
public final class WireRules {
  private static final Predicate<Json> IS_COMPACTION = CompactionBlock::is;

  private WireRules() {}

  /// Why a model's server would refuse these messages; empty: it would not.
  public static Optional<String> fault(Json.Arr messages) {
    var before = "";
    List<String> open = List.of();
    var seen = new HashSet<String>();
    for (var item : messages.items()) {
      var message = (Json.Obj) item;
      var role = String.valueOf(message.text("role"));
      if (before.isEmpty() && !role.equals("user") && !CompactionBlock.isFirst(messages)) {
        return Optional.of("the first message is the " + role + "'s");
      }
      if (message.items("content").stream()
          .skip(before.isEmpty() ? 1 : 0)
          .anyMatch(IS_COMPACTION)) {
        return Optional.of("a compaction block that is not the first block");
      }
      if (role.equals(before)) {
        return Optional.of("two messages of the " + role + " in a row");
      }
      if (message.items("content").isEmpty()) {
        return Optional.of("an empty message of the " + role);
      }
      var fault = answered(message, role, open).or(() -> wellFormed(message, role));
      if (fault.isPresent()) {
        return fault;
      }
      open = ids(message, "tool_use", "id");
      for (var id : open) {
        if (!seen.add(id)) {
          return Optional.of("two uses have the id " + id);
        }
      }
      before = role;
    }
    return open.isEmpty() ? Optional.empty() : Optional.of("no result for " + open);
  }

  private static Optional<String> wellFormed(Json.Obj message, String role) {
    var content = message.items("content");
    if (role.equals("assistant")
        && String.valueOf(((Json.Obj) content.getLast()).text("type")).endsWith("thinking")) {
      return Optional.of("the final block is thinking");
    }
    return content.stream().flatMap(block -> block(block).stream()).findFirst();
  }

  private static Optional<String> block(Json json) {
    if (!(json instanceof Json.Obj block) || block.text("type") == null) {
      return Optional.of("a block without a type: " + json);
    }
    return switch (block.text("type")) {
      case "text" ->
          Blank.is(Objects.requireNonNullElse(block.text("text"), ""))
              ? Optional.of("a blank text")
              : Optional.empty();
      case "tool_use" -> use(block);
      case "tool_result" ->
          block.items("content").stream().flatMap(inner -> block(inner).stream()).findFirst();
      case null, default -> Optional.empty();
    };
  }

  private static Optional<String> use(Json.Obj use) {
    if (!String.valueOf(use.text("id")).matches("[a-zA-Z0-9_-]{1,64}")) {
      return Optional.of("tool_use.id: " + use.text("id"));
    }
    if (!String.valueOf(use.text("name")).matches("[a-zA-Z0-9_-]{1,128}")) {
      return Optional.of("tool_use.name: " + use.text("name"));
    }
    return use.get("input").orElse(Json.NULL) instanceof Json.Obj
        ? Optional.empty()
        : Optional.of("tool_use.input is not an object");
  }

  private static Optional<String> answered(Json.Obj message, String role, List<String> open) {
    var results = ids(message, "tool_result", "tool_use_id");
    if (!Set.copyOf(results).equals(Set.copyOf(open)) || results.size() != open.size()) {
      return Optional.of("the uses %s have the results %s".formatted(open, results));
    }
    if (!results.isEmpty()) {
      var content = message.items("content").subList(0, results.size());
      boolean first =
          content.stream().allMatch(b -> "tool_result".equals(((Json.Obj) b).text("type")));
      if (!first || !role.equals("user")) {
        return Optional.of("results are not first in a user's message");
      }
    }
    return Optional.empty();
  }

  private static List<String> ids(Json.Obj message, String type, String key) {
    var ids = new ArrayList<String>();
    for (var block : message.items("content")) {
      if (block instanceof Json.Obj object && type.equals(object.text("type"))) {
        ids.add(String.valueOf(object.text(key)));
      }
    }
    return ids;
  }
}
