package dev.drover.hands;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A number of permits and the queue of those that wait for one. Unlike with a semaphore, a third
/// party can end a wait by completing it with `false`. Safe for many threads.
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

  /// Takes a permit even if none is free, for something that already exists. It is released like
  /// any other permit.
  synchronized void take() {
    free--;
  }

  /// Joins the end of the queue. The future completes with `true` once a permit is granted, and
  /// with `false` at once if `most` already wait.
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

  /// Returns true if the caller now has the permit. Otherwise the permit is not held by anyone.
  boolean await(CompletableFuture<Boolean> place, Duration patience) throws InterruptedException {
    try {
      return place.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return !place.complete(false); // granted at the last moment
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

  /// Grants the permit to the caller that has waited longest.
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
