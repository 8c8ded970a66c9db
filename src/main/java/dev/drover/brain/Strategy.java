package dev.drover.brain;

/// The way in which the context of a session is kept within the limits of its model.
public enum Strategy {
  /// The whole conversation is sent until the model server refuses it.
  FULL,
  /// The oldest rounds are replaced by a list of calls, which needs no model.
  ROLLING,
  /// The oldest rounds are replaced by a summary, which a request of its own asks the model for.
  SUMMARY,
  /// The agent brings its work to a clean point and writes a note, with which an empty context
  /// begins.
  NOTE;

  /// Whether a model may be asked for a summary.
  boolean summarizes() {
    return this == SUMMARY || this == NOTE;
  }
}
