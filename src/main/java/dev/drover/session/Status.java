package dev.drover.session;

/// The status of a session.
public enum Status {
  /// The session waits for the client.
  IDLE,
  /// A brain works on the session, or has to.
  RUNNING,
  /// The session waits before it calls the model again after an error.
  RESCHEDULING,
  /// The session has ended for good.
  TERMINATED,
  /// A status that only a newer version knows. The session is shown, and left to a newer node.
  OTHER
}
