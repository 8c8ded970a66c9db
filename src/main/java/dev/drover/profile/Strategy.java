package dev.drover.profile;

/// The way in which the context of a session is kept within the limits of its model.
public enum Strategy {
  /// [#SUMMARY] if the model's context is known and large enough for summaries, else [#ROLLING]. It
  /// is decided when a chapter begins, which records the decision.
  AUTO,
  /// The whole conversation is sent until the model server refuses it.
  FULL,
  /// The oldest rounds are replaced by a list of calls, which needs no model.
  ROLLING,
  /// The oldest rounds are replaced by a summary, which a request of its own asks the model for.
  SUMMARY,
  /// The agent brings its work to a clean point and writes a note, with which an empty context
  /// begins.
  NOTE,
  /// The oldest rounds are replaced by a block that the model server makes of them, for models
  /// whose server can do that; otherwise as [#SUMMARY].
  SERVER;

  /// Whether a model may be asked for a summary.
  public boolean summarizes() {
    return this == SUMMARY || this == NOTE || this == SERVER;
  }

  /// Whether instructions of a person can change what a new chapter keeps.
  public boolean usesInstructions() {
    return this == SUMMARY || this == SERVER;
  }
}
