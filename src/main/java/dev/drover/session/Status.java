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
  TERMINATED
}
