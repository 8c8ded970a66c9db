package dev.drover.hands;

/// A hand with a life of its own, isolated from the host. Cattle: it may die at any moment.
public interface Sandbox extends Hand, AutoCloseable {
  /// False for good once it is dead: every further call answers with an error that says it did not
  /// run.
  boolean isAlive();

  /// Kills everything in it and removes every trace of it from the host, its workspace aside.
  /// Idempotent; returns when it is done.
  @Override
  void close();
}
