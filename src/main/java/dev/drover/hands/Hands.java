package dev.drover.hands;

import dev.drover.session.SessionId;

/// The hands of every session. Safe for many threads.
public interface Hands {
  /// Has a session's hand carry out a call; the hand is made if there is none. See [Hand#execute].
  ToolResult execute(SessionId session, ToolCall call) throws InterruptedException;

  /// The session is over: what acts for it is ended, what it made is kept. Idempotent.
  void release(SessionId session);

  /// The session is gone: what it made goes too. Idempotent.
  void discard(SessionId session);
}
