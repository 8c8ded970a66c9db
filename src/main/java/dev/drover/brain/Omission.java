package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A part of a request that a model server refused, and that every later request leaves out. It is
/// stored with the end of the refused request, so it applies on every node and after every crash.
///
/// @param pieces the blocks that are replaced by a note
/// @param thinking whether all thinking up to that request is left out
record Omission(List<Piece> pieces, boolean thinking) {
  private static final String PIECES = "left_out";
  private static final String THINKING = "without_thinking";

  Omission {
    pieces = List.copyOf(pieces);
  }

  /// The JSON to store with the end of the request.
  Json.Obj json() {
    var kept =
        pieces.stream()
            .map(piece -> Json.obj("event_id", piece.event().value(), "index", piece.index()))
            .toList();
    return Json.obj(PIECES, kept, THINKING, thinking);
  }

  /// Reads a value of [#json]; empty if `kept` is something else.
  static Optional<Omission> read(Json.Obj kept) {
    if (kept.get(PIECES).isEmpty()) {
      return Optional.empty();
    }
    var pieces = new ArrayList<Piece>();
    for (var item : kept.items(PIECES)) {
      if (item instanceof Json.Obj piece && piece.text("event_id") != null) {
        pieces.add(
            new Piece(
                new EventId(String.valueOf(piece.text("event_id"))),
                (int) piece.number("index", Piece.WHOLE)));
      }
    }
    boolean thinking = Json.of(true).equals(kept.get(THINKING).orElse(Json.NULL));
    return Optional.of(new Omission(pieces, thinking));
  }
}
