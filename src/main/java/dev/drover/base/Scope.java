package dev.drover.base;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A block that starts virtual threads and does not end before they have. `close()` interrupts
/// those still running and waits for them, so no thread outlives its block.
///
/// Opened, forked into and closed by one thread. Java's own `StructuredTaskScope` is still a
/// preview in 25 and would tie users to one JDK.
public final class Scope implements AutoCloseable {
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final Runnable onEnd;

  public Scope() {
    this(() -> {});
  }

  /// @param onEnd called by each task's thread once [Task#isDone] is true
  public Scope(Runnable onEnd) {
    this.onEnd = onEnd;
  }

  /// One task of the scope.
  public static final class Task<T> {
    private final FutureTask<T> future;

    private Task(Callable<T> body) {
      future = new FutureTask<>(body);
    }

    /// Whether [#join] would not wait.
    public boolean isDone() {
      return future.isDone();
    }

    /// Waits for the result. What the task threw is thrown here: unchecked as it is, checked within
    /// an [IllegalStateException].
    public T join() throws InterruptedException {
      try {
        return future.get();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case null -> throw new IllegalStateException("a task failed", e);
          case RuntimeException unchecked -> throw unchecked;
          case Error error -> throw error;
          default -> throw new IllegalStateException("a task failed", e.getCause());
        }
      }
    }
  }

  /// Starts `body` on a virtual thread of its own.
  public <T> Task<T> fork(Callable<T> body) {
    var task = new Task<>(body);
    threads.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  task.future.run();
                  onEnd.run();
                }));
    return task;
  }

  /// Interrupts what still runs and waits until it has ended. The wait itself cannot be
  /// interrupted; an interrupt that comes meanwhile is kept for the caller.
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    threads.forEach(Threads::join);
  }
}
