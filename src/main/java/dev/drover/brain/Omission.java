package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a model's server refused in a request, and what is left out of every later one for that.
/// Kept beside the end of the refused request, so every node knows of it, after every crash.
///
/// @param pieces blocks that a note stands in for
/// @param thinking whether all thinking until then is left out
record Omission(List<Piece> pieces, boolean thinking) {
  private static final String PIECES = "left_out";
  private static final String THINKING = "without_thinking";

  Omission {
    pieces = List.copyOf(pieces);
  }

  /// What to keep beside the end of the request.
  Json.Obj json() {
    var kept =
        pieces.stream()
            .map(piece -> Json.obj("event_id", piece.event().value(), "index", piece.index()))
            .toList();
    return Json.obj(PIECES, kept, THINKING, thinking);
  }

  /// Reads what [#json] gave; empty: `kept` is of something else.
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
