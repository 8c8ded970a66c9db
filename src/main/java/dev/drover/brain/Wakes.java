package dev.drover.brain;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The brains at work on this node: a virtual thread for each session that is not at rest. Safe for
/// many threads.
public final class Wakes implements Brain, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Wakes.class.getName());

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  /// How often the pause between two attempts doubles: up to 32 s.
  private static final int DOUBLINGS = 7;

  private final Harness harness;
  private final Pause pause;
  private final Map<Lease, Thread> threads = new ConcurrentHashMap<>();
  private final Map<SessionId, Bell> bells = new ConcurrentHashMap<>();
  private volatile boolean closed;

  public Wakes(Harness harness, Pause pause) {
    this.harness = harness;
    this.pause = pause;
  }

  @Override
  public void wake(Lease lease) {
    var bell = new Bell();
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
    if (threads.putIfAbsent(lease, thread) != null) {
      return; // its brain is awake
    }
    bells.put(lease.session(), bell);
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

  /// The leases of brains that are awake.
  public Set<Lease> awake() {
    return Set.copyOf(threads.keySet());
  }

  /// Has every brain look again.
  public void ringAll() {
    bells.values().forEach(Bell::ring);
  }

  /// Waits until every brain has come to rest, for at most `limit`.
  ///
  /// @return whether all have
  public boolean await(Duration limit) throws InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    for (var thread : threads.values()) {
      var left = Duration.ofNanos(until - System.nanoTime());
      if (thread.isAlive() && !(left.isPositive() && thread.join(left))) {
        return false;
      }
    }
    return threads.isEmpty();
  }

  /// Stops every brain where it is, for others may have its session by now: the calls that it left
  /// in its hand are theirs. Returns at once.
  public void stop() {
    threads.forEach(
        (lease, thread) -> {
          harness.hands().leave(lease.session());
          thread.interrupt();
        });
  }

  /// Stops every brain where it is. Their sessions keep their place in the log, and the next start
  /// goes on from there. An interrupt ends the wait for them, not them.
  @Override
  public void close() {
    closed = true;
    threads.values().forEach(Thread::interrupt);
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
      for (int failures = 0; attempt(lease, bell) != Outcome.DONE; failures++) {
        pause.pause(FIRST_PAUSE.multipliedBy(1L << Math.min(failures, DOUBLINGS)));
      }
    } catch (InterruptedException _) {
      // Shutdown, or the session was deleted: the log has everything that the next start needs.
    }
  }

  private enum Outcome {
    /// The session rests, or is another's, or is gone.
    DONE,
    /// The store is away, or we made a mistake and could not even end the turn. Both are tried
    /// again without end, ever more slowly: what was received must not sleep for ever.
    AGAIN
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
        return Outcome.AGAIN;
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
        case UNAVAILABLE -> Outcome.AGAIN;
        default -> mistake(lease, e);
      };
    } catch (RuntimeException | Error e) {
      return mistake(lease, e);
    }
  }

  private static Outcome mistake(Lease lease, Throwable e) {
    LOG.log(Level.ERROR, "the turn of session " + lease.session() + " could not be ended", e);
    return Outcome.AGAIN;
  }

  private static boolean isStoreAway(Throwable e) {
    return e instanceof Problem problem && problem.kind() == Problem.Kind.UNAVAILABLE;
  }
}
