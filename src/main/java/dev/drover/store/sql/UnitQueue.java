package dev.drover.store.sql;

import dev.drover.base.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The queue of units that wait for a thread with a connection, in the order of submission. Units
/// submitted before [#end] are done; later callers are refused. Safe for many threads.
final class UnitQueue {
  /// The maximum number of waiting units. Further callers wait for a place.
  static final int LIMIT = 4_096;

  private final Queue<Unit<?>> waiting = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition room = lock.newCondition();
  private boolean ended;

  /// Submits `body` and waits for its outcome; see [Unit#await].
  <T> T call(String key, Unit.Body<T> body) {
    var unit = new Unit<T>(key, body);
    lock.lock();
    try {
      while (!ended && waiting.size() >= LIMIT) {
        room.awaitUninterruptibly();
      }
      if (ended) {
        throw shuttingDown();
      }
      waiting.add(unit);
      changed.signal();
    } finally {
      lock.unlock();
    }
    return unit.await();
  }

  /// Waits for units and takes up to `most`; none if the queue has ended and is empty.
  List<Unit<?>> take(int most) {
    lock.lock();
    try {
      while (!ended && waiting.isEmpty()) {
        changed.awaitUninterruptibly();
      }
      var taken = new ArrayList<Unit<?>>();
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

  /// Ends the queue and refuses the waiting units, because no thread is left to do them.
  void abandon() {
    end();
    for (var unit : take(Integer.MAX_VALUE)) {
      unit.fail(shuttingDown());
      unit.release();
    }
  }

  private static Problem shuttingDown() {
    return Problem.unavailable("The server is shutting down.", new IllegalStateException());
  }
}
