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

/// Keeps this node among those that share the store: says that it lives, wakes a brain for every
/// session that owes work and that nobody has, and stops all brains when the others must take it
/// for dead.
///
/// What it finds by looking is what a hint, or an answer, failed to bring: no hot path waits for
/// it. Two virtual threads, which end with [#close].
public final class Keeper implements Nodes.News, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());

  /// Looks within the time that a node may be silent.
  private static final int LOOKS = 5;

  /// Sessions claimed at once: several nodes that come for a dead one's share them.
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

  /// Begins with [#start].
  ///
  /// @param nanos a clock that never jumps, in nanoseconds
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

  /// Wakes what was running when the last server ended, then keeps on looking.
  ///
  /// @return how many were woken
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
    if (!claiming.getAndSet(true)) {
      Thread.ofVirtual()
          .start(
              () -> {
                claiming.set(false);
                attempt(this::claim);
              });
    }
  }

  /// One look, as they are made regularly.
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

  /// Wakes a brain for every session that owes work and that nobody has.
  ///
  /// @return how many
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

  /// Wakes brains for what this node holds and does not know of: the answer to a claim was lost, or
  /// the brain was stopped. What is new may just be about to get its brain, and is left until the
  /// next look.
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

  /// A node that was silent for too long must not act any more: its sessions may be others'.
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

  /// Takes on nothing more. Idempotent.
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
