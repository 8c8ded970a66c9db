package dev.drover.snapshot;

import dev.drover.base.Pause;
import dev.drover.base.Threads;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The sessions that came to rest on this node and have no snapshot since then. Their snapshots are
/// taken after a while, a few at a time, each on a virtual thread. Safe for many threads.
final class RestingSessions implements AutoCloseable {
  /// Takes a snapshot. It may be interrupted.
  interface Take {
    void of(SessionId session) throws InterruptedException;
  }

  private static final int AT_ONCE = 2;
  private static final Duration LONGEST_LOOK = Duration.ofMillis(500);
  private static final Duration SHORTEST_LOOK = Duration.ofMillis(20);
  private static final System.Logger LOG = System.getLogger(RestingSessions.class.getName());

  private final Duration after;
  private final Duration look;
  private final Pause pause;
  private final Take take;
  private final Map<SessionId, Long> since = new ConcurrentHashMap<>();
  private final Map<SessionId, Thread> atWork = new ConcurrentHashMap<>();
  private final Semaphore free = new Semaphore(AT_ONCE);
  private final Thread looking;

  RestingSessions(Duration after, Pause pause, Take take) {
    this.after = after;
    long eighth = after.dividedBy(8).toMillis();
    look = Duration.ofMillis(Math.clamp(eighth, SHORTEST_LOOK.toMillis(), LONGEST_LOOK.toMillis()));
    this.pause = pause;
    this.take = take;
    looking = Thread.ofVirtual().name("snapshots").unstarted(this::look);
  }

  void start() {
    looking.start();
  }

  void rests(SessionId session) {
    since.put(session, System.nanoTime());
  }

  /// Ends the work on the session's snapshot, because its commands run again.
  void awake(SessionId session) throws InterruptedException {
    since.remove(session);
    var thread = atWork.get(session);
    if (thread != null) {
      thread.interrupt();
      thread.join();
    }
  }

  private void look() {
    try {
      while (true) {
        pause.pause(look);
        long now = System.nanoTime();
        for (var one : oldestFirst()) {
          if (now - since.getOrDefault(one, now) >= after.toNanos() && free.tryAcquire()) {
            begin(one);
          }
        }
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  private List<SessionId> oldestFirst() {
    return since.entrySet().stream()
        .sorted(Comparator.comparingLong(Map.Entry::getValue))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Takes a snapshot on a thread of its own, for which the caller has a permit.
  private void begin(SessionId session) {
    if (since.remove(session) == null) {
      free.release();
      return;
    }
    var thread = Thread.ofVirtual().name("snapshot-" + session).unstarted(() -> run(session));
    atWork.put(session, thread);
    thread.start();
  }

  private void run(SessionId session) {
    try {
      take.of(session);
    } catch (InterruptedException _) {
      // its commands run again, or the server stops
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "no snapshot of " + session + " was taken", e);
    } finally {
      atWork.remove(session, Thread.currentThread());
      free.release();
    }
  }

  void drain(Duration limit) throws InterruptedException {
    long until = System.nanoTime() + limit.toNanos();
    for (var one : oldestFirst().reversed()) {
      if (!free.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return;
      }
      begin(one);
    }
    for (var thread : atWork.values()) {
      var left = Duration.ofNanos(until - System.nanoTime());
      if (left.isPositive()) {
        thread.join(left);
      }
    }
  }

  @Override
  public void close() {
    looking.interrupt();
    Threads.stop(List.copyOf(atWork.values()));
  }
}
