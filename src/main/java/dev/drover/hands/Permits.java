package dev.drover.hands;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// So many places, and whoever waits for one, in order. What a semaphore cannot: a third party ends
/// a wait, by completing it with `false`. Safe for many threads.
final class Permits {
  private final ArrayDeque<CompletableFuture<Boolean>> queue = new ArrayDeque<>();
  private int free;

  Permits(int count) {
    this.free = count;
  }

  synchronized boolean tryTake() {
    if (free <= 0) {
      return false;
    }
    free--;
    return true;
  }

  /// Takes a place that may not be there: what needs it exists already. Given back like any other.
  synchronized void take() {
    free--;
  }

  /// A place at the end of the queue: `true` once it is given, `false` at once when `most` wait.
  synchronized CompletableFuture<Boolean> queue(int most) {
    var place = new CompletableFuture<Boolean>();
    if (tryTake()) {
      place.complete(true);
    } else if (queue.size() >= most) {
      place.complete(false);
    } else {
      queue.add(place);
    }
    return place;
  }

  /// True when the place is the caller's now. In every other case it is nobody's.
  boolean await(CompletableFuture<Boolean> place, Duration patience) throws InterruptedException {
    try {
      return place.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return !place.complete(false); // given at the last moment
    } catch (InterruptedException e) {
      if (!place.complete(false) && place.join()) {
        release();
      }
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a wait failed", e);
    } finally {
      forgetDone();
    }
  }

  private synchronized void forgetDone() {
    queue.removeIf(CompletableFuture::isDone);
  }

  /// Gives the place to whoever waits longest.
  synchronized void release() {
    if (free < 0) {
      free++;
      return;
    }
    for (CompletableFuture<Boolean> next; (next = queue.poll()) != null; ) {
      if (next.complete(true)) {
        return;
      }
    }
    free++;
  }

  synchronized int waiting() {
    return queue.size();
  }
}
