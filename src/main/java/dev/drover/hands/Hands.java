package dev.drover.hands;

import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.util.Optional;
import java.util.Set;

/// The hands of every session. A hand outlives the server that made it, by a while: what one server
/// left running, the next one takes over. Safe for many threads.
public interface Hands {
  /// A hand of a session, for some calls: the one that lives, whoever made it, or a new one. The
  /// caller closes the grip.
  ///
  /// @throws Sandboxes.Unavailable when there can be none; the message is fit for the model
  Grip provision(HandSpec spec) throws Sandboxes.Unavailable, InterruptedException;

  /// That very hand of the session, for some calls; the caller closes the grip. Empty when it is
  /// gone, or when somebody else keeps it.
  Optional<Grip> attach(HandSpec spec, HandId hand) throws InterruptedException;

  /// Somebody else goes on with the session: each of its hands is let go as soon as no grip is on
  /// it, and lives on. From now on its calls are left, see [Grip#leave]. Idempotent.
  void leave(SessionId session);

  /// This server stops and another one goes on: as for one session, for all of them. Hands in which
  /// no call is left stay with this server, and end with it.
  void leave();

  /// The session is over: what acts for it is ended, what it made is kept. Idempotent.
  void release(SessionId session);

  /// The session is gone: what it made goes too. Idempotent.
  void discard(SessionId session);

  /// The sessions of which there is something on this machine that outlives their hands.
  Set<SessionId> kept();
}
