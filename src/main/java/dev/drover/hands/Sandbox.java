package dev.drover.hands;

import dev.drover.session.EventId;
import dev.drover.session.HandId;
import java.util.function.BooleanSupplier;

/// A hand with a life of its own, isolated from the host. Cattle: it may die at any moment.
public interface Sandbox extends Hand, AutoCloseable {
  HandId id();

  /// As [Hand#execute], but when it is interrupted and `leaves` says so, the call goes on: whoever
  /// asks for its id next gets its result. A call id that the sandbox knows never runs again.
  ToolResult execute(ToolCall call, BooleanSupplier leaves) throws InterruptedException;

  @Override
  default ToolResult execute(ToolCall call) throws InterruptedException {
    return execute(call, () -> false);
  }

  /// Stops a call that is under way, whoever asked for it. Nothing if there is none. Returns at
  /// once; calls asked for later come after it.
  void stop(EventId call);

  /// False for good once it is dead: every further call answers with an error that says it did not
  /// run.
  boolean isAlive();

  /// Lets go of it, alive: another server may attach to it, and if none does it ends itself after a
  /// while. This object is of no use any more. Idempotent.
  void leave();

  /// Kills everything in it and removes every trace of it from the host, its workspace aside.
  /// Idempotent; returns when it is done.
  @Override
  void close();
}
