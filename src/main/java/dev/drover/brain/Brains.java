package dev.drover.brain;

import dev.drover.session.Lease;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The brains that are awake on this node, each on a virtual thread of its own. Safe for many
/// threads.
public final class Brains implements Brain, AutoCloseable {
  private final Harness harness;
  private final Runnable owed;
  private final Map<Lease, Thread> threads = new ConcurrentHashMap<>();
  private final Map<SessionId, BrainSupervisor> supervisors = new ConcurrentHashMap<>();
  private final RestVisits visits;
  private volatile boolean closed;

  /// The brains of a node that does not start the removal jobs of deleted sessions.
  public Brains(Harness harness) {
    this(harness, () -> {});
  }

  /// @param owed called when a job may be owed that this node can do: a session was deleted, or
  ///   another node gave a hint; must return at once
  public Brains(Harness harness, Runnable owed) {
    this.harness = harness;
    this.owed = owed;
    visits = new RestVisits(harness, supervisors::containsKey);
  }

  @Override
  public void wake(Lease lease) {
    wake(lease, false);
  }

  /// Wakes a brain for a session that this node holds without a brain. An earlier brain may have
  /// sent writes that the store has not executed yet, so the new one claims the session again. Does
  /// nothing if a brain is awake for the lease.
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
                    visits.begin(lease.session());
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
      supervisor.tryAgain(); // the store accepted a write
    }
  }

  /// Handles a write of another node to the session. If the session's brain is awake here, rings
  /// it; otherwise detaches from the session's hand, because the brain is on another node or will
  /// wake on any node.
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
    visits.end(session);
    owed.run();
  }

  /// Another node may have added a job that this node can do.
  void jobsMayWait() {
    owed.run();
  }

  /// The number of brains that are awake.
  public int atWork() {
    return threads.size();
  }

  /// The leases of brains that are awake.
  public Set<Lease> awake() {
    return Set.copyOf(threads.keySet());
  }

  /// Rings every brain, so that it reads its inbox again.
  public void ringAll() {
    supervisors.values().forEach(supervisor -> supervisor.bell().ring());
  }

  /// Makes every brain that waits for the store retry now.
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

  /// Interrupts every brain, because other nodes may hold the sessions by now. The running calls
  /// stay in their hands for those nodes. Returns at once.
  public void stop() {
    threads.forEach(
        (lease, thread) -> {
          harness.hands().leave(lease.session());
          thread.interrupt();
        });
  }

  /// Interrupts every brain and waits until all have ended. Their sessions keep their place in the
  /// log, and the next start continues from there. An interrupt of the caller ends only the wait.
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
    visits.close();
  }

  /// Moves a brain from one lease to another.
  ///
  /// @return false if `to` already has another brain
  private boolean moves(BrainSupervisor supervisor, Lease from, Lease to) {
    if (threads.putIfAbsent(to, Thread.currentThread()) != null) {
      return false;
    }
    threads.remove(from);
    supervisors.put(to.session(), supervisor);
    return true;
  }
}
