package dev.drover.hands;

import dev.drover.session.SessionId;

/// Makes sandboxes, by one technology. Safe for many threads.
public interface Sandboxes extends AutoCloseable {
  /// Makes a sandbox, ready for its first call when this returns.
  ///
  /// @throws Unavailable when it cannot be made; nothing of it is left
  Sandbox provision(Resources resources) throws Unavailable, InterruptedException;

  /// Removes a session's workspace with all that is in it. Its sandbox must be closed. Idempotent.
  void discard(SessionId session);

  /// Closes every sandbox that is left.
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
