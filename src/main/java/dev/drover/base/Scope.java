package dev.drover.base;

import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A block that starts virtual threads. `close()` interrupts the threads that still run and waits
/// for them, so no thread outlives its block.
///
/// One thread opens the scope, starts tasks and closes it. Java's `StructuredTaskScope` is still a
/// preview in Java 25 and would restrict users to one JDK.
public final class Scope implements AutoCloseable {
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final Runnable onEnd;

  public Scope() {
    this(() -> {});
  }

  /// @param onEnd called on the thread of each task when its [Task#isDone] has become true
  public Scope(Runnable onEnd) {
    this.onEnd = onEnd;
  }

  /// A task of the scope.
  public static final class Task<T> {
    private final FutureTask<T> future;

    private Task(Callable<T> body) {
      future = new FutureTask<>(body);
    }

    /// Whether [#join] returns without waiting.
    public boolean isDone() {
      return future.isDone();
    }

    /// Waits for the result. An exception of the task is thrown here: unchecked exceptions
    /// unchanged, checked exceptions as the cause of an [IllegalStateException].
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

  /// Starts `body` on a new virtual thread.
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

  /// Interrupts the tasks that still run and waits for them. An interrupt during this wait does not
  /// end it and is kept for the caller.
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    threads.forEach(Threads::join);
  }
}
