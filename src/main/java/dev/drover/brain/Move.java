package dev.drover.brain;

import dev.drover.session.Event.ContextOpened;

/// What is done to a thread's context before the model is asked.
sealed interface Move {
  /// Nothing: the chapter goes on.
  record GoOn() implements Move {}

  /// The chapter goes on, with the request to hand the work over.
  record AskToHandOver() implements Move {}

  /// A chapter that needs no model begins with the request.
  record Open(ContextOpened opened) implements Move {}

  /// A model is asked for a summary first.
  record Summarize(SummaryDraft draft) implements Move {}
}
