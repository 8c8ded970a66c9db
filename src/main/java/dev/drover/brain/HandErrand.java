package dev.drover.brain;

import dev.drover.catalog.WorkspaceId;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import java.util.List;
import java.util.Optional;

/// Work of the server in a session's hand, around the calls: providing files before them, fetching
/// what they changed after them.
///
/// The errands of a harness run in their order. The methods are called by many threads; for one
/// session, [#before] and [#after] are never called at the same time, but [#atRest] and [#keep] may
/// run beside them. Each must be idempotent: after a crash, another brain repeats it.
///
/// A `Problem` because the store is unavailable is thrown: the brain repeats the step later. Any
/// other exception is a bug and ends the turn.
public interface HandErrand {
  /// Whether the session's hand may be made before [#beforeHand] is called, because that has
  /// nothing to do for it. Changes nothing.
  default boolean mayPrepare(SessionId session) {
    return true;
  }

  /// Called before the session's hand is provisioned, or found, for new calls.
  ///
  /// @throws Sandboxes.Unavailable as [#before]
  default void beforeHand(SessionId session) throws Sandboxes.Unavailable, InterruptedException {}

  /// Prepares the hand for new calls. Called once per step, before the calls are dispatched, and
  /// not for calls that an earlier brain dispatched.
  ///
  /// @throws Sandboxes.Unavailable if the calls cannot run; the message is their result
  default Prepared before(Visit visit) throws Sandboxes.Unavailable, InterruptedException {
    return Prepared.NOTHING;
  }

  /// Follows up a call that has ended, before its result is recorded. The hand may be dead.
  ///
  /// @return lines that are added to the result, for the model
  default List<String> after(Visit visit, ToolCall call) throws InterruptedException {
    return List.of();
  }

  /// Keeps the text of a result that is too long for the model, so that the session's hands have it
  /// as a file from their next call on. Called before the result is recorded, for a call that did
  /// not run in a hand.
  ///
  /// @return the path of the file in the hands; empty if this errand keeps no texts
  /// @throws dev.drover.base.Problem if the text cannot be kept
  default Optional<String> keep(WorkspaceId workspace, SessionId session, EventId call, String text)
      throws InterruptedException {
    return Optional.empty();
  }

  /// Visits the hand while the session rests: at once, and then every few seconds for as long as
  /// processes live in the hand and no brain is awake. Runs on a thread of its own, and should
  /// return soon when [dev.drover.hands.Grip#isWanted]. Exceptions are logged.
  default void atRest(Visit visit) throws InterruptedException {}

  /// Called instead of [#atRest] if this server has no living hand of the session.
  default void atRestWithoutHand(SessionId session) throws InterruptedException {}
}
