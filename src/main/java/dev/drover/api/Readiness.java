package dev.drover.api;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The readiness of a server for requests: its sessions are resumed, its store is available, and it
/// is not shutting down. Safe for many threads.
public final class Readiness {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Runnable store;
  private final Duration patience;
  private volatile String unready = "The server is starting: its sessions are being resumed.";
  private @Nullable FutureTask<Boolean> asking;

  /// @param store a test query to the store; throws if the store is unavailable
  public Readiness(Runnable store) {
    this(store, PATIENCE);
  }

  Readiness(Runnable store, Duration patience) {
    this.store = store;
    this.patience = patience;
  }

  public void resumed() {
    unready = "";
  }

  public void closing() {
    unready = "The server is shutting down.";
  }

  /// The reason why the server is not ready; empty if it is.
  public Optional<String> reason() {
    var reason = unready;
    return reason.isEmpty() ? storeTrouble() : Optional.of(reason);
  }

  private Optional<String> storeTrouble() {
    try {
      ask().get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return Optional.empty();
    } catch (TimeoutException _) {
      return Optional.of("The store does not answer.");
    } catch (ExecutionException _) {
      return Optional.of("The store is unavailable.");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.of("The server is shutting down.");
    }
  }

  /// Starts a test query, or returns the one that is running: if the store hangs, queries must not
  /// accumulate.
  private synchronized FutureTask<Boolean> ask() {
    if (asking == null || asking.isDone()) {
      asking = new FutureTask<>(store, true);
      Thread.ofVirtual().name("readiness").start(asking);
    }
    return asking;
  }
}
