package dev.drover.base;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// An amount of memory that large tasks share. Each task reserves its share before it begins, and
/// waits while other tasks hold too much, so that many tasks at once do not exhaust the heap. A
/// task that holds a share must not request another one. Shares are granted in the order of the
/// requests. Safe for concurrent use.
public final class MemoryBudget {
  private static final int UNIT = 1024;

  private final Semaphore free;
  private final int all;
  private final Duration patience;

  /// @param bytes the total amount
  /// @param patience how long a task waits for its share
  public MemoryBudget(long bytes, Duration patience) {
    all = Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
    free = new Semaphore(all, true);
    this.patience = patience;
  }

  /// Waits for a share. A request for more than the total amount gets the total amount.
  ///
  /// @throws Problem `UNAVAILABLE` if the share is not granted in time, or if the thread is
  ///   interrupted; its interrupt flag is then set
  public Share reserve(long bytes) {
    int units = units(bytes);
    boolean reserved = false;
    try {
      reserved = free.tryAcquire(units, patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (!reserved) {
      throw new Problem(
          Problem.Kind.UNAVAILABLE,
          null,
          "The server is busy with other large requests. Please retry.",
          null);
    }
    return new Share(units);
  }

  /// The total amount, in bytes.
  public long total() {
    return (long) all * UNIT;
  }

  private int units(long bytes) {
    return Math.clamp(Math.ceilDiv(bytes, UNIT), 0, all);
  }

  /// A reserved amount. It is used by one thread at a time.
  public final class Share implements AutoCloseable {
    private int units;

    private Share(int units) {
      this.units = units;
    }

    /// Returns all but the given number of bytes to the budget.
    public void shrink(long bytes) {
      int kept = Math.min(units, units(bytes));
      free.release(units - kept);
      units = kept;
    }

    /// Returns the rest to the budget. Idempotent.
    @Override
    public void close() {
      shrink(0);
    }
  }
}
