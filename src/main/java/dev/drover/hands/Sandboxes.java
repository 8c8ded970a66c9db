package dev.drover.hands;

import dev.drover.session.HandId;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Creates sandboxes with one technology. Safe for many threads.
public interface Sandboxes extends AutoCloseable {
  /// Returns the session's sandbox, ready for a call: the one that an earlier server left, if it is
  /// still alive, or else a new one.
  ///
  /// @throws Unavailable when no sandbox can be created; nothing of it remains
  Sandbox provision(HandSpec spec) throws Unavailable, InterruptedException;

  /// Attaches to this particular sandbox of the session. Empty when it is dead, or when another
  /// server does not detach from it in time.
  Optional<Sandbox> attach(HandSpec spec, HandId hand) throws InterruptedException;

  /// Closes the session's sandbox if an earlier server left one. Idempotent.
  void release(SessionId session);

  /// Removes a session's workspace with all its contents, and its sandbox as [#release] does. A
  /// sandbox to which this server is attached must be closed first. Idempotent.
  void discard(SessionId session);

  /// As [Hands#home].
  Optional<String> home(SessionId session);

  /// Whether another server is attached to a sandbox of the session now. A sandbox that this server
  /// is about to start counts as another's. Does not wait.
  boolean isElsewhere(SessionId session);

  /// The sessions that have a workspace here.
  Set<SessionId> kept();

  /// Closes every sandbox that this server is attached to.
  @Override
  void close();

  /// No sandbox can be created. The message says why and how to fix it, for the model and the
  /// operator.
  final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    private final transient @Nullable SessionError error;

    public Unavailable(String message) {
      super(message);
      this.error = null;
    }

    /// @param error what the client of the session is notified of besides
    public Unavailable(String message, SessionError error) {
      super(message);
      this.error = error;
    }

    /// The error that becomes an event of the session; empty if there is none.
    public Optional<SessionError> error() {
      return Optional.ofNullable(error);
    }

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
      this.error = null;
    }
  }
}
