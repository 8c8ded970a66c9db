package dev.drover.hands;

import dev.drover.session.EventId;
import dev.drover.session.HandId;

/// A session's hand while some calls need it: it is not taken away for want of room, and every call
/// runs in it and nowhere else. Safe for many threads.
public interface Grip extends Hand, AutoCloseable {
  HandId id();

  /// Runs the call in this very hand, once: a call id that the hand has heard of before is not run
  /// again, whoever asked first; this waits for it, or gives the result that is kept. If the hand
  /// is gone the result says that the call did not run, or is [ToolResult#lost].
  @Override
  ToolResult execute(ToolCall call) throws InterruptedException;

  /// Stops a call that is under way in the hand, whoever asked for it; its result says that it was
  /// interrupted. Nothing if there is none. Returns at once; calls asked for later come after it.
  void stop(EventId call);

  /// Not all results of these calls may be recorded when this is closed, and somebody will ask for
  /// them: an [#execute] that is interrupted leaves its call running, and the hand is kept.
  void leave();

  /// The calls need the hand no more. Idempotent.
  @Override
  void close();
}
