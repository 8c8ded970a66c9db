package dev.drover.vault;

import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Threads;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Adds receipts of uses that may be frequent: the first use of a minute, by session, credential,
/// host and purpose, has its receipt before it happens. The further ones are counted, and get one
/// receipt together after the minute. If the server dies before, the count is lost. Safe for many
/// threads.
final class CountedReceipts implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CountedReceipts.class.getName());
  private static final Duration PERIOD = Duration.ofMinutes(1);

  /// Beyond so many, every use has a receipt of its own.
  private static final int MOST = 10_000;

  private final Receipts receipts;
  private final InstantSource clock;
  private final Pause pause;
  private final Map<UseReceipt.Draft, Count> counts = new ConcurrentHashMap<>();
  private final Thread writer;

  private static final class Count {
    private final ReentrantLock lock = new ReentrantLock();
    private long minute = Long.MIN_VALUE;
    private long further;
    private boolean gone;
  }

  CountedReceipts(Receipts receipts, Pause pause, InstantSource clock) {
    this.receipts = receipts;
    this.clock = clock;
    this.pause = pause;
    this.writer = Thread.ofVirtual().name("counted-receipts").start(this::write);
  }

  private long minute() {
    return Math.floorDiv(clock.instant().getEpochSecond(), PERIOD.toSeconds());
  }

  /// Adds or counts a use that is about to happen.
  ///
  /// @throws Problem `UNAVAILABLE` if the store cannot be used; the secret must not be used then
  void add(UseReceipt.Draft use) {
    if (counts.size() >= MOST && !counts.containsKey(use)) {
      receipts.add(use);
      return;
    }
    while (!counted(use, counts.computeIfAbsent(use, _ -> new Count()))) {
      // it was removed in this moment
    }
  }

  private boolean counted(UseReceipt.Draft use, Count count) {
    long minute = minute();
    count.lock.lock();
    try {
      if (count.gone) {
        return false;
      }
      if (count.minute == minute) {
        count.further++;
        return true;
      }
      settle(use, count);
      receipts.add(use);
      count.minute = minute;
      return true;
    } finally {
      count.lock.unlock();
    }
  }

  private void settle(UseReceipt.Draft use, Count count) {
    if (count.further > 0) {
      receipts.add(use.times(count.further));
      count.further = 0;
    }
  }

  private void write() {
    try {
      while (true) {
        pause.pause(PERIOD);
        write(minute());
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /// Adds the counts of earlier minutes.
  private void write(long now) {
    for (var entry : List.copyOf(counts.entrySet())) {
      var count = entry.getValue();
      count.lock.lock();
      try {
        if (count.minute < now) {
          settle(entry.getKey(), count);
          count.gone = true;
          counts.remove(entry.getKey(), count);
        }
      } catch (Problem e) {
        LOG.log(Level.WARNING, "receipts are added later: " + e.getMessage());
        return;
      } finally {
        count.lock.unlock();
      }
    }
  }

  /// Adds what was counted.
  @Override
  public void close() {
    Threads.stop(List.of(writer));
    write(Long.MAX_VALUE);
  }
}
