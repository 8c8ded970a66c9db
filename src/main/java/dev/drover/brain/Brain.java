package dev.drover.brain;

import dev.drover.session.Lease;
import dev.drover.session.SessionId;

/// The interface through which other rooms wake and notify brains. Calls return at once. Safe for
/// many threads.
public interface Brain {
  /// Wakes a brain with a lease that was just claimed. The caller that claimed the lease must do
  /// this. Does nothing if a brain is awake for the lease.
  void wake(Lease lease);

  /// Notifies the session's brain, if one is awake on this node, that the inbox may have new
  /// events. A hint: without it nothing is lost, but the events are processed later, and an
  /// interrupt waits for the running step.
  void ring(SessionId session);

  /// Releases the hands of a session that has ended for good.
  void ended(SessionId session);

  /// Stops the brain of a deleted session, and starts the owed job that removes what its hands
  /// made.
  void deleted(SessionId session);
}
