package dev.drover.bench.context;

import dev.drover.base.Json;
import dev.drover.model.Prompt;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which facts a prompt contains. One thread.
final class FactView {
  private final List<Fact> facts;
  private final Map<Json, BitSet> found = new HashMap<>();

  FactView(List<Fact> facts) {
    this.facts = facts;
  }

  /// The facts whose values stand in the messages.
  BitSet in(Prompt prompt) {
    var all = new BitSet();
    for (var item : prompt.messages().items()) {
      if (item instanceof Json.Obj message) {
        message
            .items("content")
            .forEach(block -> all.or(found.computeIfAbsent(block, this::search)));
      }
    }
    return all;
  }

  private BitSet search(Json block) {
    var text = block.toString();
    var here = new BitSet();
    for (int i = 0; i < facts.size(); i++) {
      here.set(i, text.contains(facts.get(i).value()));
    }
    return here;
  }
}
