package dev.drover.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Runs the same work for many clients at the same time, each on its own thread.
final class ClientThreads {
  private ClientThreads() {}

  interface Work<A, T> {
    T of(A one) throws IOException;
  }

  /// The results of all clients, and the time that all of them took together.
  record Outcome<T>(List<T> results, double seconds) {}

  /// Starts all work at the same time, and returns when all of it has ended.
  ///
  /// @throws IOException if any work fails; the first failure is reported
  static <A, T> Outcome<T> of(List<A> many, Work<A, T> work)
      throws IOException, InterruptedException {
    var start = new CountDownLatch(1);
    var tasks = new ArrayList<FutureTask<T>>();
    for (var one : many) {
      var task =
          new FutureTask<T>(
              () -> {
                start.await();
                return work.of(one);
              });
      tasks.add(task);
      Thread.ofPlatform().daemon().name("bench-client").start(task);
    }
    long began = System.nanoTime();
    start.countDown();
    var results = new ArrayList<T>();
    try {
      for (var task : tasks) {
        results.add(task.get());
      }
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    }
    return new Outcome<>(results, (System.nanoTime() - began) / 1e9);
  }
}
