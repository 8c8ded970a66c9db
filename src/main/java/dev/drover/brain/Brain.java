package dev.drover.brain;

import dev.drover.session.Lease;
import dev.drover.session.SessionId;

/// Where others hand a session to a brain. Calls return at once; safe for many threads.
public interface Brain {
  /// Wakes a brain with a lease that was just claimed. Whoever gets a lease must do so. Nothing
  /// happens if its brain is awake.
  void wake(Lease lease);

  /// Something new may be in the session's inbox: whoever holds it on this node looks at once. A
  /// hint; nothing is lost without it but time, and an interrupt would wait for the running step.
  void ring(SessionId session);

  /// The session is over for good: its hands are let go.
  void ended(SessionId session);

  /// The session is gone, and the removal of what its hands made is owed: this node begins with it.
  void deleted(SessionId session);
}
