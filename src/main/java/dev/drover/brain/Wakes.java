package dev.drover.brain;

import dev.drover.base.Problem;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The brains at work on this node: a virtual thread for each session that is not at rest. Safe for
/// many threads.
public final class Wakes implements Brain, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Wakes.class.getName());

  /// Mistakes of our own after which a session is let go, until the next message or start. A store
  /// that is away is waited for without end: what was received must not sleep when it comes back.
  private static final int PATIENCE = 8;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  /// How often the pause between two attempts doubles: up to 32 s.
  private static final int DOUBLINGS = 7;

  private final Harness harness;
  private final Map<Lease, Thread> threads = new ConcurrentHashMap<>();
  private final Map<SessionId, Bell> bells = new ConcurrentHashMap<>();
  private volatile boolean closed;

  public Wakes(Harness harness) {
    this.harness = harness;
  }

  @Override
  public void wake(Lease lease) {
    var bell = new Bell();
    bells.put(lease.session(), bell);
    var thread =
        Thread.ofVirtual()
            .name("brain-" + lease.session())
            .unstarted(
                () -> {
                  try {
                    work(lease, bell);
                  } finally {
                    bells.remove(lease.session(), bell);
                    threads.remove(lease);
                  }
                });
    threads.put(lease, thread);
    thread.start();
    if (closed) {
      thread.interrupt();
    }
  }

  @Override
  public void ring(SessionId session) {
    var bell = bells.get(session);
    if (bell != null) {
      bell.ring();
    }
  }

  @Override
  public void ended(SessionId session) {
    Thread.ofVirtual().start(() -> harness.hands().release(session));
  }

  @Override
  public void deleted(SessionId session) {
    threads.forEach(
        (lease, thread) -> {
          if (lease.session().equals(session)) {
            thread.interrupt();
          }
        });
    Thread.ofVirtual().start(() -> harness.hands().discard(session));
  }

  /// Brains that are awake.
  public int atWork() {
    return threads.size();
  }

  /// Wakes every session that owes work and that nobody holds: at start-up, those that were running
  /// when the last server ended.
  ///
  /// @return how many
  public int resume() {
    int woken = 0;
    for (var session : harness.log().unfinished()) {
      var lease = harness.log().claim(session);
      lease.ifPresent(this::wake);
      woken += lease.isPresent() ? 1 : 0;
    }
    return woken;
  }

  /// Stops every brain where it is. Their sessions keep their place in the log, and the next start
  /// goes on from there. An interrupt ends the wait for them, not them.
  @Override
  public void close() {
    closed = true;
    for (var thread : threads.values()) {
      thread.interrupt();
    }
    try {
      for (var thread : threads.values()) {
        thread.join();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(Lease lease, Bell bell) {
    try {
      int mistakes = 0;
      for (int failures = 0; ; failures++) {
        switch (attempt(lease, bell)) {
          case DONE -> {
            return;
          }
          case STORE_AWAY -> {}
          case MISTAKE -> mistakes++;
        }
        if (mistakes >= PATIENCE && released(lease)) {
          return;
        }
        harness.pause().pause(FIRST_PAUSE.multipliedBy(1L << Math.min(failures, DOUBLINGS)));
      }
    } catch (InterruptedException _) {
      // Shutdown, or the session was deleted: the log has everything that the next start needs.
    }
  }

  private enum Outcome {
    /// The session rests, or is another's, or is gone.
    DONE,
    /// Nothing can be written, so there is nothing to do but to wait.
    STORE_AWAY,
    /// A mistake of ours, and not even the turn could be ended.
    MISTAKE
  }

  private Outcome attempt(Lease lease, Bell bell) throws InterruptedException {
    try {
      harness.wake(lease, bell);
      return Outcome.DONE;
    } catch (RuntimeException | Error e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      if (isStoreAway(e)) {
        LOG.log(Level.WARNING, "session " + lease.session() + " waits: " + e.getMessage());
        return Outcome.STORE_AWAY;
      }
      return abandoned(lease, e);
    }
  }

  private Outcome abandoned(Lease lease, Throwable why) {
    try {
      harness.abandon(lease, "The server made a mistake; its log says more.");
      LOG.log(Level.ERROR, "the brain of session " + lease.session() + " failed", why);
      return Outcome.DONE;
    } catch (Problem e) {
      return switch (e.kind()) {
        case NOT_FOUND -> Outcome.DONE;
        case UNAVAILABLE -> Outcome.STORE_AWAY;
        default -> mistake(lease, e);
      };
    } catch (RuntimeException | Error e) {
      return mistake(lease, e);
    }
  }

  private static Outcome mistake(Lease lease, Throwable e) {
    LOG.log(Level.ERROR, "the turn of session " + lease.session() + " could not be ended", e);
    return Outcome.MISTAKE;
  }

  private boolean released(Lease lease) {
    try {
      harness.log().release(lease);
      LOG.log(
          Level.ERROR,
          "session " + lease.session() + " is let go until a message or the next start");
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static boolean isStoreAway(Throwable e) {
    return e instanceof Problem problem && problem.kind() == Problem.Kind.UNAVAILABLE;
  }
}
