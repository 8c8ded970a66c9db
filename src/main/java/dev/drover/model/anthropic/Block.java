package dev.drover.model.anthropic;

import dev.drover.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One content block in the making: what it began as, and the deltas that came for it. A delta goes
/// by its own type, whatever the block's: server tools take their input as ours do. What is unknown
/// changes nothing.
final class Block {
  private final Json.Obj start;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder thinking = new StringBuilder();
  private final StringBuilder input = new StringBuilder();
  private final List<Json> citations = new ArrayList<>();
  private @Nullable String signature;

  Block(Json.Obj start) {
    this.start = start;
  }

  String type() {
    return piece(start, "type");
  }

  void apply(Json.Obj delta) {
    switch (delta.text("type")) {
      case "text_delta" -> text.append(piece(delta, "text"));
      case "thinking_delta" -> thinking.append(piece(delta, "thinking"));
      case "input_json_delta" -> input.append(piece(delta, "partial_json"));
      case "signature_delta" -> signature = piece(delta, "signature");
      case "citations_delta" -> delta.get("citation").ifPresent(citations::add);
      case null, default -> {}
    }
  }

  /// The text of `key`, or none.
  static String piece(Json.Obj object, String key) {
    var piece = object.text(key);
    return piece == null ? "" : piece;
  }

  /// The whole block; empty if its input is no JSON object, as when the reply was cut.
  Optional<Json.Obj> whole() {
    var block = start;
    if (!text.isEmpty()) {
      block = block.with("text", piece(start, "text") + text);
    }
    if (!thinking.isEmpty()) {
      block = block.with("thinking", piece(start, "thinking") + thinking);
    }
    if (signature != null) {
      block = block.with("signature", signature);
    }
    if (!citations.isEmpty()) {
      var all = new ArrayList<>(start.items("citations"));
      all.addAll(citations);
      block = block.with("citations", all);
    }
    if (input.toString().isBlank()) {
      return Optional.of(
          isCall() && !(start.get("input").orElse(Json.NULL) instanceof Json.Obj)
              ? block.with("input", Json.EMPTY)
              : block);
    }
    try {
      return Json.parse(input.toString()) instanceof Json.Obj object
          ? Optional.of(block.with("input", object))
          : Optional.empty();
    } catch (Json.Malformed _) {
      return Optional.empty();
    }
  }

  /// Whether the client has to run it.
  boolean isCall() {
    return type().equals("tool_use");
  }

  /// Whether it is a call that has been given no input at all.
  boolean isBareCall() {
    return isCall() && input.toString().isBlank() && start.object("input").fields().isEmpty();
  }
}
