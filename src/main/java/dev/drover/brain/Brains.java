package dev.drover.brain;

import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The brains at work on this node: a virtual thread for each session that is not at rest. Safe for
/// many threads.
public final class Brains implements Brain, AutoCloseable {
  private final Harness harness;
  private final Runnable owed;
  private final Map<Lease, Thread> threads = new ConcurrentHashMap<>();
  private final Map<SessionId, BrainSupervisor> supervisors = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /// Brains of a node that leaves what deleted sessions leave behind to others.
  public Brains(Harness harness) {
    this(harness, () -> {});
  }

  /// @param owed runs when a session was deleted, which owes a job; returns at once
  public Brains(Harness harness, Runnable owed) {
    this.harness = harness;
    this.owed = owed;
  }

  @Override
  public void wake(Lease lease) {
    wake(lease, false);
  }

  /// Wakes a brain for a session of this node's that seems to have none. Nobody knows what became
  /// of the one that it may have had, so this one claims the session anew. Nothing happens if its
  /// brain is awake.
  void adopt(Lease lease) {
    wake(lease, true);
  }

  private void wake(Lease lease, boolean unsure) {
    var supervisor = new BrainSupervisor(harness, lease, unsure, this::moves);
    var thread =
        Thread.ofVirtual()
            .name("brain-" + lease.session())
            .unstarted(
                () -> {
                  try {
                    supervisor.keep();
                  } catch (InterruptedException _) {
                    // Shutdown, or the session was deleted: the log has what the next start needs.
                  } finally {
                    supervisors.remove(lease.session(), supervisor);
                    threads.remove(supervisor.lease());
                  }
                });
    if (threads.putIfAbsent(lease, thread) != null) {
      return; // its brain is awake
    }
    supervisors.put(lease.session(), supervisor);
    thread.start();
    if (closed) {
      thread.interrupt();
    }
  }

  @Override
  public void ring(SessionId session) {
    var supervisor = supervisors.get(session);
    if (supervisor != null) {
      supervisor.bell().ring();
      supervisor.tryAgain(); // what was received was written
    }
  }

  /// Another node has written the session. A brain of it that is awake here looks at what came; if
  /// there is none, the session's hand is let go: its brain is elsewhere, or will be anywhere.
  void wroteElsewhere(SessionId session) {
    if (supervisors.containsKey(session)) {
      ring(session);
    } else {
      Thread.ofVirtual().start(() -> harness.hands().leave(session));
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
    owed.run();
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
    supervisors.values().forEach(supervisor -> supervisor.bell().ring());
  }

  /// Has every brain that waits for the store try it again.
  void storeIsBack() {
    supervisors.values().forEach(BrainSupervisor::tryAgain);
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

  /// The brain that had `from` goes on with `to`.
  ///
  /// @return false if `to` has another brain already
  private boolean moves(BrainSupervisor supervisor, Lease from, Lease to) {
    if (threads.putIfAbsent(to, Thread.currentThread()) != null) {
      return false;
    }
    threads.remove(from);
    supervisors.put(to.session(), supervisor);
    return true;
  }
}
