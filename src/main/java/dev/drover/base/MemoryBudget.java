package dev.drover.base;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Memory that large pieces of work share. Each reserves what it may need before it begins, and
/// waits while others have it: so many at once do not exhaust the heap. Who holds a share must not
/// ask for another one. First come, first served. Safe for many threads.
public final class MemoryBudget {
  private static final int UNIT = 1024;

  private final Semaphore free;
  private final int all;
  private final Duration patience;

  /// @param bytes in all
  /// @param patience how long one waits for a share
  public MemoryBudget(long bytes, Duration patience) {
    all = Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
    free = new Semaphore(all, true);
    this.patience = patience;
  }

  /// Waits for a share. Who needs more than there is gets all of it.
  ///
  /// @throws Problem `UNAVAILABLE` if it does not come in time, or the thread is interrupted, which
  ///   it then still is
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

  /// Bytes in all.
  public long total() {
    return (long) all * UNIT;
  }

  private int units(long bytes) {
    return Math.clamp(Math.ceilDiv(bytes, UNIT), 0, all);
  }

  /// What one has reserved. One thread; closed by it, or by who comes after.
  public final class Share implements AutoCloseable {
    private int units;

    private Share(int units) {
      this.units = units;
    }

    /// Gives back all but so much.
    public void shrink(long bytes) {
      int kept = Math.min(units, units(bytes));
      free.release(units - kept);
      units = kept;
    }

    /// Idempotent.
    @Override
    public void close() {
      shrink(0);
    }
  }
}
