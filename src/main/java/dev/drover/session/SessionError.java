package dev.drover.session;

/// What went wrong in a session, for the client to read. Holds no secret.
public record SessionError(Type type, String message, Retry retry) {
  public enum Type {
    UNKNOWN,
    MODEL_OVERLOADED,
    MODEL_RATE_LIMITED,
    MODEL_REQUEST_FAILED,
    BILLING,
    TOOL_USE_LIMIT_REACHED,
    COMPACTION_LIMIT_REACHED
  }

  /// What follows: the server tries again, the turn is dead, or the session is.
  public enum Retry {
    RETRYING,
    EXHAUSTED,
    TERMINAL
  }
}
