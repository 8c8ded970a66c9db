package dev.drover.hands;

import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;

/// The hands of all sessions. A hand outlives its server for a while, so that the next server can
/// take over a hand that was left running. Safe for many threads.
public interface Hands {
  /// Returns a grip on a hand of the session: the live hand, whichever server made it, or else a
  /// new one. The caller closes the grip.
  ///
  /// @throws Sandboxes.Unavailable when no hand can be provided; the message is suitable for the
  ///   model
  Grip provision(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException;

  /// Makes the hand before a call needs it, if it does not live yet and can be made at once: no
  /// other hand ends for it, and it waits for no free place. [#provision] then finds it. Until a
  /// call uses it, it is an idle hand.
  ///
  /// @throws Sandboxes.Unavailable when it cannot be made; the call that needs it tries again
  void prepare(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException;

  /// Returns a grip on this particular hand of the session; the caller closes the grip. Empty when
  /// the hand is gone or when another server holds it.
  Optional<Grip> attach(HandSpec spec, HandId hand) throws InterruptedException;

  /// Returns a grip on this hand of the session, if this server holds it and it lives; the caller
  /// closes the grip. Such a visit is not a use: it neither makes a hand nor keeps an idle one
  /// alive after its end.
  Optional<Grip> visit(HandSpec spec) throws InterruptedException;

  /// The id of the session's directories on this machine; empty if it has none here. It is another
  /// one after they were removed and made again.
  Optional<String> home(SessionId session);

  /// Whether another server on this machine is attached to a hand of the session. Does not wait.
  boolean isElsewhere(SessionId session);

  /// Leaves the session to another server: each of its hands is detached, alive, as soon as no grip
  /// holds it. From now on its calls are left, see [Grip#leave]. Idempotent.
  void leave(SessionId session);

  /// Leaves all sessions to another server because this server stops. Hands in which no call is
  /// left stay with this server and end with it.
  void leave();

  /// Ends the hands of a session that is over; its files are kept. Idempotent.
  void release(SessionId session);

  /// Ends the hands of a session that is deleted and removes its files. Idempotent.
  void discard(SessionId session);

  /// The sessions that have data on this machine that outlives their hands.
  Set<SessionId> kept();
}
