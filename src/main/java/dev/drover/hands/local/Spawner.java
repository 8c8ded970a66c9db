package dev.drover.hands.local;

import dev.drover.base.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// The one thread that starts processes. It runs as long as the server: the kernel binds a
/// parent-death signal to the thread that forked, and it must not fire because a pool ends a
/// thread.
public final class Spawner implements AutoCloseable {
  private record Order(ProcessBuilder builder, CompletableFuture<Process> started) {}

  /// The number of retries for a program that is still open for writing, and the pause between
  /// them.
  private static final int TRIES = 100;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("hand-spawner").unstarted(this::run);

  private final Pause pause;

  public Spawner(Pause pause) {
    this.pause = pause;
    thread.start();
  }

  /// Starts the process with an empty environment: a sandbox must not get the server's environment.
  public Process start(ProcessBuilder builder) throws IOException, InterruptedException {
    builder.environment().clear();
    var started = new CompletableFuture<Process>();
    orders.add(new Order(builder, started));
    try {
      return started.get();
    } catch (InterruptedException e) {
      var _ = started.whenComplete((process, _) -> discard(process));
      throw e;
    } catch (ExecutionException e) {
      throw new IOException("no process: " + e.getMessage(), e);
    }
  }

  /// A process that was forked while the program was being written keeps it open for writing until
  /// it calls `exec`; until then the kernel refuses to run the program (`ETXTBSY`).
  private Process startWhenWritten(ProcessBuilder builder)
      throws IOException, InterruptedException {
    for (int i = 1; ; i++) {
      try {
        return builder.start();
      } catch (IOException e) {
        if (i == TRIES || !String.valueOf(e.getMessage()).contains("error: 26")) {
          throw e;
        }
        pause.pause(BETWEEN_TRIES);
      }
    }
  }

  private static void discard(@Nullable Process process) {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        var order = orders.take();
        try {
          order.started.complete(startWhenWritten(order.builder));
        } catch (IOException | RuntimeException e) {
          order.started.completeExceptionally(e);
        } catch (InterruptedException e) {
          orders.add(order);
          throw e;
        }
      }
    } catch (InterruptedException e) {
      for (Order order; (order = orders.poll()) != null; ) {
        order.started.completeExceptionally(new IOException("the server is stopping"));
      }
    }
  }
}
