package dev.drover.brain;

import dev.drover.base.Pause;
import dev.drover.session.Lease;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// The keeper of this node: it renews the node's beat, wakes a brain for every session that has
/// unfinished work and no node, and stops all brains when the other nodes may consider this node
/// dead.
///
/// Its polls find only what a lost hint or a lost answer did not report; no hot path waits for
/// them. Two virtual threads, which end with [#close].
public final class Keeper implements Nodes.News, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());

  /// The number of polls within one lapse.
  private static final int LOOKS = 5;

  /// The number of sessions claimed at a time, so that several nodes share the sessions of a dead
  /// one.
  private static final int CLAIMED = 16;

  private final Nodes nodes;
  private final Brains brains;
  private final Pause pause;
  private final LongSupplier nanos;
  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicBoolean claiming = new AtomicBoolean();
  private final Thread looking;
  private final Thread fencing;
  private Set<Lease> orphans = Set.of();
  private volatile long heard;
  private boolean fenced;

  /// A keeper that starts with [#start].
  ///
  /// @param nanos a monotonic clock, in nanoseconds
  public Keeper(Nodes nodes, Brains brains, Pause pause, LongSupplier nanos) {
    this.nodes = nodes;
    this.brains = brains;
    this.pause = pause;
    this.nanos = nanos;
    heard = nanos.getAsLong();
    looking = Thread.ofVirtual().name("keeper").unstarted(() -> repeat(LOOKS, this::look));
    fencing =
        Thread.ofVirtual().name("keeper-fence").unstarted(() -> repeat(2 * LOOKS, this::fence));
  }

  /// Wakes the sessions that were running when the last server ended, then starts polling.
  ///
  /// @return the number of brains that were woken
  /// @throws dev.drover.base.Problem if the store fails
  public int start() {
    nodes.onNews(this);
    int woken = claim();
    looking.start();
    fencing.start();
    return woken;
  }

  @Override
  public void changed(SessionId session) {
    brains.wroteElsewhere(session);
  }

  @Override
  public void freed(SessionId session) {
    brains.jobsMayWait();
    if (!claiming.getAndSet(true)) {
      Thread.ofVirtual()
          .start(
              () -> {
                claiming.set(false);
                attempt(this::claim);
              });
    }
  }

  /// Polls once.
  void look() {
    attempt(
        () -> {
          long before = nanos.getAsLong();
          if (!nodes.beat()) {
            LOG.log(
                Level.WARNING,
                "other nodes considered this node dead; it restarts under a new name");
            brains.stop();
          }
          heard = before;
          adopt();
          claim();
          brains.ringAll();
        });
  }

  /// Wakes a brain for every session that has unfinished work and that no node holds.
  ///
  /// @return the number of brains that were woken
  int claim() {
    int woken = 0;
    while (true) {
      var leases = nodes.claim(CLAIMED);
      leases.forEach(brains::wake);
      woken += leases.size();
      if (leases.size() < CLAIMED) {
        return woken;
      }
    }
  }

  /// Wakes brains for the sessions that this node holds without a brain: the store's answer to a
  /// claim was lost, or the brain was stopped. A session that is found for the first time may be
  /// about to get its brain, so it is left until the next poll.
  private void adopt() {
    var without = new HashSet<>(nodes.held());
    without.removeAll(brains.awake());
    for (var lease : without) {
      if (orphans.contains(lease)) {
        brains.adopt(lease);
      }
    }
    orphans = without;
  }

  /// Stops all brains if the node's last beat is older than the lapse: other nodes may hold its
  /// sessions.
  private void fence() {
    if (nanos.getAsLong() - heard <= nodes.lapse().toNanos()) {
      fenced = false;
    } else if (brains.atWork() > 0) {
      if (!fenced) {
        LOG.log(
            Level.WARNING,
            "the store is unreachable; stopping all brains, because other nodes may take over");
      }
      fenced = true;
      brains.stop();
    }
  }

  private void attempt(Runnable look) {
    try {
      look.run();
      if (away.getAndSet(false)) {
        LOG.log(Level.INFO, "the store is reachable again");
        brains.storeIsBack();
      }
    } catch (RuntimeException | Error e) {
      if (!away.getAndSet(true)) {
        LOG.log(Level.WARNING, "the store does not answer: " + e.getMessage());
      }
    }
  }

  private void repeat(int perLapse, Runnable look) {
    try {
      while (true) {
        pause.pause(nodes.lapse().dividedBy(perLapse));
        look.run();
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /// Stops polling and claiming, and waits for the keeper's threads. Idempotent.
  @Override
  public void close() {
    nodes.onNews(Nodes.News.NONE);
    looking.interrupt();
    fencing.interrupt();
    try {
      looking.join();
      fencing.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
