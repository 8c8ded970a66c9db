package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// A prompt as a sequence of blocks: tools, system, messages. For each beginning of the sequence it
/// has a hash, in which cache marks do not count.
final class PromptView {
  private static final String MARK = "cache_control";
  private static final String SIGNATURE = "signature";

  private final List<Part> parts = new ArrayList<>();
  private final TokenCounts counts;
  private long tokens;
  private long hash;
  private long spoken;

  /// A block.
  ///
  /// @param json without a mark
  /// @param through the tokens of the prompt up to the block's end
  /// @param hash of the prompt up to the block's end
  /// @param before the hash of what stands before the block, in which thinking does not count
  record Part(String where, Json.Obj json, boolean marked, long through, long hash, long before) {
    private boolean isThinking() {
      return "thinking".equals(json.text("type"));
    }
  }

  private PromptView(TokenCounts counts) {
    this.counts = counts;
  }

  static PromptView of(Prompt prompt, TokenCounts counts) {
    var view = new PromptView(counts);
    view.addAll("tools", prompt.tools().items());
    view.addAll("system", prompt.system().items());
    int number = 0;
    for (var item : prompt.messages().items()) {
      if (item instanceof Json.Obj message) {
        view.addAll("messages." + number++ + "." + message.text("role"), message.items("content"));
      }
    }
    return view;
  }

  private void addAll(String where, List<Json> blocks) {
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i) instanceof Json.Obj block) {
        add(where, block);
      }
    }
  }

  private void add(String where, Json.Obj block) {
    boolean marked = block.get(MARK).isPresent();
    var json = marked ? unmarked(block) : block;
    int size = counts.of(json);
    long before = spoken;
    long role = where.hashCode();
    hash = mixed(hash, role, json.hashCode(), size);
    if (!"thinking".equals(json.text("type"))) {
      spoken = mixed(spoken, role, json.hashCode(), size);
    }
    tokens += size;
    parts.add(new Part(where, json, marked, tokens, hash, before));
  }

  private static Json.Obj unmarked(Json.Obj block) {
    var fields = new LinkedHashMap<>(block.fields());
    fields.remove(MARK);
    return new Json.Obj(fields);
  }

  private static long mixed(long hash, long role, int block, int size) {
    long mixed = (hash ^ role) * 0x9E3779B97F4A7C15L + block;
    mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L + size;
    return mixed ^ (mixed >>> 32);
  }

  List<Part> parts() {
    return parts;
  }

  long tokens() {
    return tokens;
  }

  /// The hash of the whole prompt.
  long hash() {
    return hash;
  }

  /// The hash of the prompt without its last block; 0 if there is no other.
  long hashWithoutLast() {
    return parts.size() < 2 ? 0 : parts.get(parts.size() - 2).hash();
  }

  /// Whether this prompt is the other one, possibly with something at its end.
  boolean beginsWith(PromptView other) {
    int length = other.parts.size();
    return length == 0
        || (length <= parts.size() && parts.get(length - 1).hash() == other.parts.getLast().hash());
  }

  /// A thinking block that is valid only after this prompt, and after the last thinking in it.
  Json.Obj thinking(String text) {
    var last =
        parts.stream()
            .filter(Part::isThinking)
            .reduce((_, later) -> later)
            .map(part -> part.json().text(SIGNATURE))
            .orElse("");
    var signature =
        Long.toHexString(spoken) + "-" + Integer.toHexString(String.valueOf(last).hashCode());
    return Json.obj("type", "thinking", "thinking", text, SIGNATURE, signature);
  }

  /// The reason why thinking in the prompt is refused: what stands before a block is not what stood
  /// there when it was made. Only the first blocks may be missing.
  Optional<String> foreignThinking() {
    var last = Optional.<String>empty();
    for (var part : parts) {
      if (part.isThinking()) {
        var signature = String.valueOf(part.json().text(SIGNATURE));
        boolean follows =
            last.isEmpty() || signature.endsWith("-" + Integer.toHexString(last.get().hashCode()));
        if (!signature.startsWith(Long.toHexString(part.before()) + "-") || !follows) {
          return Optional.of(part.where() + ": The block is bound to a different conversation.");
        }
        last = Optional.of(signature);
      }
    }
    return Optional.empty();
  }
}
