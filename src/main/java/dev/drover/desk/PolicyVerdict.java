package dev.drover.desk;

/// What holds for a connection or a call.
///
/// @param by what decides it
/// @param rule the path of the rule, if the operator's policy decides; otherwise what allows or
///   refuses it, in a word
/// @param reason a sentence without a full stop
public record PolicyVerdict(Answer answer, By by, String rule, String reason) {
  public enum Answer {
    ALLOWED,
    /// Each call waits for the client.
    ASKS,
    DENIED
  }

  /// What decides.
  public enum By {
    POLICY,
    ENVIRONMENT,
    AGENT
  }
}
