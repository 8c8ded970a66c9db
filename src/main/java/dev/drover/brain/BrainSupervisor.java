package dev.drover.brain;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.session.Lease;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// One brain's thread: works on a session until it rests, however often the store goes away. One
/// thread, but for [#bell] and [#tryAgain].
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

  /// Hears that a brain goes on under another lease.
  interface Moves {
    /// @return false if `to` has another brain already
    boolean moves(BrainSupervisor supervisor, Lease from, Lease to);
  }

  /// @param unsure whether another brain had this lease, and may have sent what is yet to be
  ///   carried out
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

  /// Something says that the store works again: a pause between two attempts need not be sat out.
  void tryAgain() {
    sooner.ring();
  }

  /// Returns when the session rests, or is another's, or is gone. A store that is away, and a
  /// mistake of ours after which not even the turn could be ended, are tried again without end,
  /// ever more slowly: what was received must not sleep for ever.
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
      sooner.silence(); // the pause's own end
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

  /// What was sent to a store that did not answer may yet be carried out, and must come too late:
  /// before the log is read again the lease is given back, and the session claimed as by anybody.
  ///
  /// @return false if somebody else has it by now
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
