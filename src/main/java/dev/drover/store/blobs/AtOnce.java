package dev.drover.store.blobs;

import dev.drover.base.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// The same work for many objects, for some of them at once.
final class AtOnce {
  private AtOnce() {}

  interface Work<T> {
    void of(T one) throws InterruptedException;
  }

  /// Returns when all is done, or throws what a failure threw; then some of the work is not done.
  static <T> void each(List<T> all, int atOnce, Work<T> work) throws InterruptedException {
    if (all.size() == 1) {
      work.of(all.getFirst());
      return;
    }
    var next = new AtomicInteger();
    try (var scope = new Scope()) {
      var tasks = new ArrayList<Scope.Task<Boolean>>();
      for (int i = 0; i < Math.min(atOnce, all.size()); i++) {
        tasks.add(
            scope.fork(
                () -> {
                  for (int at; (at = next.getAndIncrement()) < all.size(); ) {
                    work.of(all.get(at));
                  }
                  return true;
                }));
      }
      for (var task : tasks) {
        task.join();
      }
    }
  }
}
