package dev.drover.brain;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.session.Lease;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// The main loop of a brain's thread. It works on a session until the session rests, and retries
/// when the store is unavailable. One thread, except for [#bell] and [#tryAgain].
final class BrainSupervisor {
  private static final System.Logger LOG = System.getLogger(Brains.class.getName());

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  /// How often the pause between two attempts doubles: up to 32 s.
  private static final int DOUBLINGS = 7;

  private final Harness harness;
  private final Moves moves;
  private final Bell bell = new Bell();
  private final Bell sooner = new Bell();
  private volatile Lease lease;
  private boolean unsure;

  /// A callback for a brain that continues under another lease.
  interface Moves {
    /// @return false if `to` already has another brain
    boolean moves(BrainSupervisor supervisor, Lease from, Lease to);
  }

  /// @param unsure whether an earlier brain had this lease, and may have sent writes that the store
  ///   has not executed yet
  BrainSupervisor(Harness harness, Lease lease, boolean unsure, Moves moves) {
    this.harness = harness;
    this.lease = lease;
    this.unsure = unsure;
    this.moves = moves;
  }

  Bell bell() {
    return bell;
  }

  Lease lease() {
    return lease;
  }

  /// Ends the pause between two attempts, because the store may be available again. Safe for many
  /// threads.
  void tryAgain() {
    sooner.ring();
  }

  /// Works until the session rests, is held by another node, or is deleted. If the store is
  /// unavailable, or an internal error prevents even the end of the turn, it retries without limit,
  /// with growing pauses, because a received event must be processed eventually.
  void keep() throws InterruptedException {
    for (int failures = 0; !attempt(); failures++) {
      var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, DOUBLINGS));
      try (var scope = new Scope(sooner::ring)) {
        scope.fork(
            () -> {
              harness.pause().pause(pause);
              return true;
            });
        sooner.await();
      }
      sooner.silence(); // drops the ring from the end of the pause
    }
  }

  /// @return whether nothing is left to do
  private boolean attempt() throws InterruptedException {
    try {
      if (unsure && !claimedAnew()) {
        return true;
      }
      harness.wake(lease, bell);
      return true;
    } catch (RuntimeException | Error e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      unsure = true;
      if (isStoreAway(e)) {
        LOG.log(Level.WARNING, "session " + lease.session() + " waits: " + e.getMessage());
        return false;
      }
      return abandoned(e);
    }
  }

  /// Releases the lease and claims the session again, before the log is read again. A write that
  /// was sent to a store that did not answer may still be executed; the new epoch makes the store
  /// reject it.
  ///
  /// @return false if another brain has the session by now
  private boolean claimedAnew() {
    harness.log().release(lease);
    var next = harness.log().claim(lease.session());
    if (next.isEmpty() || !moves.moves(this, lease, next.get())) {
      return false;
    }
    lease = next.get();
    unsure = false;
    return true;
  }

  private boolean abandoned(Throwable why) {
    try {
      harness.abandon(lease, "Internal server error. See the server log.");
      LOG.log(Level.ERROR, "the brain of session " + lease.session() + " failed", why);
      return true;
    } catch (Problem e) {
      return switch (e.kind()) {
        case NOT_FOUND -> true;
        case UNAVAILABLE -> false;
        default -> mistake(e);
      };
    } catch (RuntimeException | Error e) {
      return mistake(e);
    }
  }

  private boolean mistake(Throwable e) {
    LOG.log(Level.ERROR, "the turn of session " + lease.session() + " could not be ended", e);
    return false;
  }

  private static boolean isStoreAway(Throwable e) {
    return e instanceof Problem problem && problem.kind() == Problem.Kind.UNAVAILABLE;
  }
}
