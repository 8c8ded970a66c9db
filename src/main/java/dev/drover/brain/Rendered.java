package dev.drover.brain;

import dev.drover.base.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The messages of one request, and where in the log each of their blocks comes from.
///
/// @param messages with alternating roles, a user message first
/// @param pieces the place of each block of each message
/// @param omissions the omissions that the messages already leave out
record Rendered(Json.Arr messages, List<List<Piece>> pieces, Omissions omissions) {
  Rendered {
    pieces = pieces.stream().map(List::copyOf).toList();
  }

  /// A block of a message.
  record Block(int message, String role, Json.Obj json, Piece piece) {
    String type() {
      return String.valueOf(json.text("type"));
    }
  }

  int size() {
    return pieces.size();
  }

  /// The block at `index` of the content of a message; empty if there is none.
  Optional<Block> block(int message, int index) {
    return message < size() && index < pieces.get(message).size()
        ? Optional.of(blocks(message).get(index))
        : Optional.empty();
  }

  List<Block> blocks(int message) {
    var sent = (Json.Obj) messages.items().get(message);
    var content = sent.items("content");
    var places = pieces.get(message);
    return IntStream.range(0, places.size())
        .mapToObj(
            i ->
                new Block(
                    message,
                    String.valueOf(sent.text("role")),
                    (Json.Obj) content.get(i),
                    places.get(i)))
        .toList();
  }
}
