package dev.drover.session;

/// An error in a session, for the client to read. It holds no secret.
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

  /// What follows: the server retries, the turn ends, or the session ends.
  public enum Retry {
    RETRYING,
    EXHAUSTED,
    TERMINAL
  }
}
