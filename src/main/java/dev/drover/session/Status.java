package dev.drover.session;

/// What a session is doing.
public enum Status {
  /// Waiting for the client.
  IDLE,
  /// A brain is at work, or owes work.
  RUNNING,
  /// Waiting to call the model again after an error.
  RESCHEDULING,
  /// Over for good.
  TERMINATED,
  /// One that only a newer version knows. Such a session is shown, and left to a newer node.
  OTHER
}
