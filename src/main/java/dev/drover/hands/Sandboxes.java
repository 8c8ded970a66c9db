package dev.drover.hands;

import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;

/// Makes sandboxes, by one technology. Safe for many threads.
public interface Sandboxes extends AutoCloseable {
  /// The session's sandbox, ready for its next call when this returns: one that an earlier server
  /// left and that still lives, else a new one.
  ///
  /// @throws Unavailable when there can be none; nothing of it is left
  Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException;

  /// Attaches to that very sandbox of the session. Empty when it is dead, or somebody else does not
  /// let go of it in time.
  Optional<Sandbox> attach(HandSpec spec, HandId hand) throws InterruptedException;

  /// Closes the session's sandbox if an earlier server left one. Idempotent.
  void release(SessionId session);

  /// Removes a session's workspace with all that is in it, and its sandbox as [#release] does. One
  /// that this server is attached to must be closed. Idempotent.
  void discard(SessionId session);

  /// The sessions that have a workspace here.
  Set<SessionId> kept();

  /// Closes every sandbox that this server is attached to.
  @Override
  void close();

  /// No sandbox can be made. The message says why and what helps, fit for the model and the
  /// operator.
  final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    public Unavailable(String message) {
      super(message);
    }

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
