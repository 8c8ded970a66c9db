package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.http.CallInput;
import dev.drover.model.http.TextPieces;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A content block that is being received: its start and its deltas. Unknown deltas are ignored.
final class Block {
  private final long number;
  private final int place;
  private final Json.Obj start;
  private final TextPieces text = new TextPieces();
  private final StringBuilder thinking = new StringBuilder();
  private final StringBuilder input = new StringBuilder();
  private final List<Json> citations = new ArrayList<>();
  private final Map<String, Json> finals = new LinkedHashMap<>();
  private @Nullable String signature;
  private final String shownAtStart;
  private boolean changed;
  private boolean stopped;

  /// @param number the index that the server gave
  /// @param place its index in the reply, from 0
  Block(long number, int place, Json.Obj start) {
    this.number = number;
    this.place = place;
    this.start = start;
    this.shownAtStart = text.add(isText() ? piece(start, "text") : "");
  }

  /// The text that could be shown when the block began.
  String shownAtStart() {
    return shownAtStart;
  }

  long number() {
    return number;
  }

  int place() {
    return place;
  }

  String type() {
    return piece(start, "type");
  }

  /// Whether a delta of this type can belong to the block. A delta of an unknown type can, and so
  /// can any delta for a block of an unknown type.
  boolean takes(String delta) {
    var group =
        isText()
            ? "text"
            : type().endsWith("thinking") ? "thinking" : type().endsWith("tool_use") ? "tool" : "";
    return group.isEmpty()
        || switch (delta) {
          case "text_delta", "citations_delta" -> group.equals("text");
          case "thinking_delta", "signature_delta" -> group.equals("thinking");
          case "input_json_delta" -> group.equals("tool");
          default -> true;
        };
  }

  /// Adds a delta. Returns the text that can be shown now; may be empty.
  String apply(Json.Obj delta) {
    changed = true;
    switch (delta.text("type")) {
      case "text_delta" -> {
        return text.add(piece(delta, "text"));
      }
      case "thinking_delta" -> thinking.append(piece(delta, "thinking"));
      case "input_json_delta" ->
          input.append(
              delta.get("partial_json").orElse(Json.NULL) instanceof Json.Obj whole
                  ? whole.toString()
                  : piece(delta, "partial_json"));
      case "signature_delta" -> signature = piece(delta, "signature");
      case "compaction_delta" -> finish(delta);
      case "citations_delta" -> delta.get("citation").ifPresent(citations::add);
      case null, default -> {}
    }
    return "";
  }

  /// Takes the final values of fields that come in one piece. One that is null in the block itself
  /// may be missing from the delta.
  private void finish(Json.Obj delta) {
    finals.putAll(delta.fields());
    finals.remove("type");
  }

  void stop() {
    stopped = true;
  }

  boolean isStopped() {
    return stopped;
  }

  /// Whether only this start has arrived.
  boolean isOnly(Json.Obj other) {
    return !changed && !stopped && start.equals(other);
  }

  /// The text at `key`; empty if there is none.
  static String piece(Json.Obj object, String key) {
    var piece = object.text(key);
    return piece == null ? "" : piece;
  }

  /// The block without its input.
  private Json.Obj bare() {
    var block = start;
    if (!text.isEmpty()) {
      block = block.with("text", text.toString());
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
    for (var field : finals.entrySet()) {
      block = block.with(field.getKey(), field.getValue());
    }
    return block;
  }

  /// The complete block.
  ///
  /// @param read its input, if it has one
  Json whole(Json.Obj read) {
    return Json.paired(hasInput() ? bare().with("input", read) : bare());
  }

  /// Whether it is a call, or a server tool with input.
  boolean hasInput() {
    return isCall() || !input.isEmpty();
  }

  /// Its input, from its deltas, or else from its start.
  CallInput input() {
    var begun = start.get("input").orElse(Json.NULL);
    var read = CallInput.of(input.toString());
    return read.equals(new CallInput.Whole(Json.EMPTY))
        ? CallInput.of(begun instanceof Json.Str(var said) ? said : begun.toString())
        : read;
  }

  boolean isText() {
    return type().equals("text");
  }

  /// Whether it is a call that the client has to run.
  boolean isCall() {
    return type().equals("tool_use");
  }

  /// Whether it has no input.
  boolean isBare() {
    return input.toString().isBlank() && start.object("input").fields().isEmpty();
  }

  boolean isNameless() {
    return isCall() && piece(start, "name").isBlank();
  }

  /// Whether the block is complete: it was stopped, or its input is one whole object.
  boolean isWhole() {
    return !text.isHalf()
        && (isCall()
            ? !isNameless() && (stopped || !isBare()) && input() instanceof CallInput.Whole
            : stopped);
  }
}
