package dev.drover.hands;

import dev.drover.session.SessionId;
import org.jspecify.annotations.Nullable;

/// Observes hands and their calls. All methods return at once and throw nothing; they are called by
/// many threads. Times are by [System#nanoTime].
public interface HandTap {
  /// Observes nothing.
  HandTap NONE = new HandTap() {};

  /// A hand was created.
  ///
  /// @param start when its creation began
  default void created(SessionId session, long start) {}

  /// No hand could be created.
  ///
  /// @param interrupted true if the call that needed it was interrupted, false if no hand can be
  ///   created
  default void notCreated(SessionId session, boolean interrupted) {}

  /// This server attached to a hand that an earlier server left.
  default void attached(SessionId session) {}

  /// A hand that was created or attached ends, or is left to another server.
  ///
  /// @param lost whether the hand died unexpectedly
  default void ended(SessionId session, boolean lost) {}

  /// A call has ended.
  ///
  /// @param result null: the call was interrupted
  default void called(ToolCall call, @Nullable ToolResult result, long start) {}
}
