package dev.drover.store.sql;

import dev.drover.base.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Work that waits for a thread with a connection, in the order of handing in. What was handed in
/// before [#end] is done; later callers are refused. Safe for many threads.
final class Jobs {
  /// Jobs that wait. A caller beyond that waits for a place.
  static final int LIMIT = 4_096;

  private final Queue<Job<?>> waiting = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition room = lock.newCondition();
  private boolean ended;

  /// Hands `body` in and waits for its outcome; see [Job#await].
  <T> T call(String key, Job.Body<T> body) {
    var job = new Job<T>(key, body);
    lock.lock();
    try {
      while (!ended && waiting.size() >= LIMIT) {
        room.awaitUninterruptibly();
      }
      if (ended) {
        throw shuttingDown();
      }
      waiting.add(job);
      changed.signal();
    } finally {
      lock.unlock();
    }
    return job.await();
  }

  /// Waits for jobs and takes up to `most`; none once it has ended and all are done.
  List<Job<?>> take(int most) {
    lock.lock();
    try {
      while (!ended && waiting.isEmpty()) {
        changed.awaitUninterruptibly();
      }
      var taken = new ArrayList<Job<?>>();
      while (taken.size() < most && !waiting.isEmpty()) {
        taken.add(waiting.remove());
      }
      room.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends, and refuses what still waits: there is nobody left to do it.
  void abandon() {
    end();
    for (var job : take(Integer.MAX_VALUE)) {
      job.fail(shuttingDown());
      job.release();
    }
  }

  private static Problem shuttingDown() {
    return Problem.unavailable("The server is shutting down.", new IllegalStateException());
  }
}
