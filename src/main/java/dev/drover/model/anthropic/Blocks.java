package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.http.BrokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The content blocks of one reply, in the order in which they began, and the rule that assigns
/// each delta to a block. The API's own rule is the `index`; some servers omit it, reuse it, or
/// give all blocks the same one. So the rule is this:
///
/// 1. A start begins a block, also under an index in use. A start that repeats another one, without
///    deltas in between, does not.
/// 2. A delta belongs to the latest block with its index that can have it: a text has no input, and
///    a call has no text.
/// 3. Otherwise it belongs to the latest block that is not stopped and can have it.
/// 4. Otherwise it begins a block if it is text or thinking. Input without a call means that the
///    reply lost a call.
/// 5. A call without a name and without input is dropped.
final class Blocks {
  /// The maximum number of blocks in one reply.
  static final int MAX = 10_000;

  private final List<Block> all = new ArrayList<>();
  private boolean lost;

  List<Block> all() {
    return all;
  }

  /// Whether input without a call has arrived.
  boolean isCallLost() {
    return lost;
  }

  /// Adds a start. Returns the block that it begins; empty if it begins none.
  Optional<Block> start(long number, Json.Obj start) throws BrokenStream {
    boolean repeated =
        latest(block -> block.number() == number).filter(last -> last.isOnly(start)).isPresent();
    return repeated ? Optional.empty() : Optional.of(begin(number, start));
  }

  private Block begin(long number, Json.Obj start) throws BrokenStream {
    if (all.size() == MAX) {
      throw new BrokenStream("the reply has more than " + MAX + " content blocks");
    }
    var block = new Block(number, all.size(), start);
    all.add(block);
    return block;
  }

  /// The block to which a delta belongs; empty if there is none.
  Optional<Block> of(long number, Json.Obj delta) throws BrokenStream {
    var type = Block.piece(delta, "type");
    var block =
        latest(one -> one.number() == number && one.takes(type))
            .or(() -> latest(one -> !one.isStopped() && one.takes(type)));
    if (block.isPresent()) {
      return block;
    }
    lost |= type.equals("input_json_delta");
    return switch (type) {
      case "text_delta" -> Optional.of(begin(number, Json.obj("type", "text", "text", "")));
      case "thinking_delta" ->
          Optional.of(begin(number, Json.obj("type", "thinking", "thinking", "")));
      default -> Optional.empty();
    };
  }

  /// Records that a block is complete.
  void stop(long number) {
    latest(block -> block.number() == number)
        .or(() -> latest(block -> !block.isStopped()))
        .ifPresent(Block::stop);
  }

  private Optional<Block> latest(Predicate<Block> which) {
    return all.reversed().stream().filter(which).findFirst();
  }
}
