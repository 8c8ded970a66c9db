package dev.drover.brain;

import dev.drover.base.Pause;
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

  /// Failures of our own in a row after which a session is let go, until the next message or start.
  private static final int PATIENCE = 8;

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
    Thread.ofVirtual().start(() -> harness.hands().discard(session));
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
      for (int failures = 1; failures <= PATIENCE; failures++) {
        if (tried(lease, bell)) {
          return;
        }
        pause.pause(Duration.ofMillis(250L << failures));
      }
      harness.log().release(lease);
    } catch (InterruptedException _) {
      // Shutdown: the log has everything that the next start needs.
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "session " + lease.session() + " is stuck until the next start", e);
    }
  }

  /// One wake; false when it failed for a reason that may pass.
  private boolean tried(Lease lease, Bell bell) throws InterruptedException {
    try {
      harness.wake(lease, bell);
      return true;
    } catch (Problem e) {
      LOG.log(Level.WARNING, "session " + lease.session() + " waits: " + e.getMessage());
      return e.kind() == Problem.Kind.NOT_FOUND;
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      LOG.log(Level.ERROR, "the brain of session " + lease.session() + " failed", e);
      return abandoned(lease);
    }
  }

  private boolean abandoned(Lease lease) {
    try {
      harness.abandon(lease, "The server made a mistake; its log says more.");
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the turn of session " + lease.session() + " could not be ended", e);
      return false;
    }
  }
}
