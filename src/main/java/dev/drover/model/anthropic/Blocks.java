package dev.drover.model.anthropic;

import dev.drover.base.Json;
import dev.drover.model.http.BrokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The content blocks of one reply, and the rule whose delta is whose. They keep the order in which
/// they began. The API's own rule is the `index`; servers leave it out, use it again, or give it to
/// all blocks alike. So the rule is this:
///
/// 1. A start begins a block, also under an index in use. A start that repeats one, of which
///    nothing has come yet, begins none.
/// 2. A delta goes to the latest block that has its index and can take it: a text takes no input, a
///    call no text.
/// 3. Else to the latest block that has not been stopped and can take it.
/// 4. Else it begins a block itself, if it is text or thinking. Input that belongs to no call
///    cannot be carried out: the reply lost a call.
/// 5. A call in which nothing came, no name and no input, is none.
final class Blocks {
  /// Most blocks of one reply.
  static final int MAX = 10_000;

  private final List<Block> all = new ArrayList<>();
  private boolean lost;

  List<Block> all() {
    return all;
  }

  /// Whether input came that belongs to no call.
  boolean isCallLost() {
    return lost;
  }

  /// The block that a start begins, if it does.
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

  /// The block that a delta goes to; empty if it has none.
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

  /// Takes in that a block is whole.
  void stop(long number) {
    latest(block -> block.number() == number)
        .or(() -> latest(block -> !block.isStopped()))
        .ifPresent(Block::stop);
  }

  private Optional<Block> latest(Predicate<Block> which) {
    return all.reversed().stream().filter(which).findFirst();
  }
}
