package dev.drover.brain;

import dev.drover.session.EventId;

/// The place in the log that a block of a prompt comes from.
///
/// @param event the event; for a model's reply, the end of its request
/// @param index the index of the block in that event's content; [#WHOLE] if the block stands for
///   the event
record Piece(EventId event, int index) {
  static final int WHOLE = -1;

  static Piece whole(EventId event) {
    return new Piece(event, WHOLE);
  }
}
