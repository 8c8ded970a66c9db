package dev.drover.errands;

import dev.drover.base.Problem;
import dev.drover.brain.HandErrand;
import dev.drover.brain.Prepared;
import dev.drover.brain.Visit;
import dev.drover.files.Outputs;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Hands;
import dev.drover.hands.ToolCall;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The errand that collects the outputs of sessions: after each call that may have written some,
/// and while the session rests. A collection that takes longer than [#PATIENCE] continues beside
/// the turn. That a session's outputs must be collected is recorded before its first call, so
/// [OutputCollection] does it if this server dies.
public final class OutputErrand implements HandErrand, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(OutputErrand.class.getName());

  /// How long a call's result waits for the collection.
  static final Duration PATIENCE = Duration.ofMillis(50);

  private static final Set<String> READ_ONLY = Set.of("read", "glob", "grep");

  /// The number of sessions whose outputs are remembered.
  private static final int REMEMBERED = 200;

  private final OutputCollector collector;
  private final Hands hands;
  private final Jobs jobs;
  private final LinkedHashMap<SessionId, Collecting> sessions =
      new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /// The collection of one session's outputs.
  private static final class Collecting {
    final ReentrantLock one = new ReentrantLock(); // held by who collects
    volatile @Nullable SessionOutputs known; // read when it is first needed
    volatile @Nullable Thread beside;
    private boolean owed; // according to the store
    private long begun;

    List<String> takeLines() {
      var outputs = known;
      return outputs == null ? List.of() : outputs.takeLines();
    }

    /// New calls begin, whose outputs must be collected.
    synchronized void begin(Runnable owe) {
      begun++;
      if (!owed) {
        owe.run();
        owed = true;
      }
    }

    /// Leaves the session to another collection, which does not know what is owed.
    synchronized void forget() {
      begun++;
      owed = false;
    }

    synchronized long begun() {
      return begun;
    }

    /// Everything is collected, unless calls have begun since then.
    synchronized void end(long begunBefore, Runnable collected) {
      if (begun == begunBefore) {
        collected.run();
        owed = false;
      }
    }
  }

  public OutputErrand(OutputCollector collector, Hands hands, Jobs jobs) {
    this.collector = collector;
    this.hands = hands;
    this.jobs = jobs;
  }

  private Collecting of(SessionId session) {
    synchronized (sessions) {
      if (sessions.size() > REMEMBERED) {
        sessions.pollFirstEntry().getValue().forget(); // it is found again
      }
      return sessions.computeIfAbsent(session, _ -> new Collecting());
    }
  }

  @Override
  public Prepared before(Visit visit) {
    of(visit.session()).begin(() -> collector.outputs().owe(visit.session()));
    return Prepared.NOTHING;
  }

  @Override
  public List<String> after(Visit visit, ToolCall call) throws InterruptedException {
    if (READ_ONLY.contains(call.name()) || closed) {
      return List.of();
    }
    var collecting = of(visit.session());
    var thread = beside(visit, collecting);
    thread.join(PATIENCE);
    return collecting.takeLines(); // the next result has those of a collection that runs on
  }

  /// Starts a collection beside the turn, after the one that may be running, which may have looked
  /// too early.
  private Thread beside(Visit visit, Collecting collecting) {
    var earlier = collecting.beside;
    var thread =
        Thread.ofVirtual()
            .name("outputs-" + visit.session())
            .unstarted(
                () -> {
                  try {
                    if (earlier != null) {
                      earlier.join();
                    }
                    withGrip(visit, collecting);
                  } catch (InterruptedException _) {
                    // the server stops
                  } finally {
                    threads.remove(Thread.currentThread());
                  }
                });
    collecting.beside = thread;
    threads.add(thread);
    thread.start();
    if (closed) {
      thread.interrupt();
    }
    return thread;
  }

  private void withGrip(Visit visit, Collecting collecting) throws InterruptedException {
    var grip = hands.visit(HandSpec.workspace(visit.session()));
    if (grip.isPresent()) {
      try (var held = grip.get()) {
        collect(new Visit(visit.workspace(), visit.thread(), held), collecting, false);
      } catch (IOException | Problem e) {
        failed(visit.session(), e);
      }
    }
  }

  /// Waits for the collections that run beside turns of a session.
  ///
  /// @return the lines that no result has had
  List<String> awaitLines(SessionId session) throws InterruptedException {
    var collecting = of(session);
    var beside = collecting.beside;
    if (beside != null) {
      beside.join();
    }
    return collecting.takeLines();
  }

  @Override
  public void atRest(Visit visit) throws InterruptedException {
    try {
      collect(visit);
    } catch (IOException e) {
      failed(visit.session(), e);
      atRestWithoutHand(visit.session());
    } catch (Problem e) {
      failed(visit.session(), e);
    }
  }

  /// A job collects what is owed, since the hand is gone, or the server that had it.
  @Override
  public void atRestWithoutHand(SessionId session) {
    try {
      if (outputs().isOwed(session)) {
        jobs.owe(Job.Order.collection(session));
      }
    } catch (Problem e) {
      failed(session, e);
    }
  }

  /// What is not collected now is found again.
  private static void failed(SessionId session, Exception e) {
    var level = e instanceof Problem ? Level.WARNING : Level.DEBUG; // or the hand is gone
    LOG.log(level, "the outputs of " + session + " are not collected yet: " + e.getMessage());
  }

  /// Collects the outputs of a session at rest.
  ///
  /// @return whether nothing is left to collect
  /// @throws IOException if the hand is gone
  /// @throws Problem if the store or the storage fails
  boolean collect(Visit visit) throws IOException, InterruptedException {
    var collecting = of(visit.session());
    long begun = collecting.begun();
    if (!collect(visit, collecting, true)) {
      return false;
    }
    collecting.end(begun, () -> collector.outputs().collected(visit.session()));
    return true;
  }

  Outputs outputs() {
    return collector.outputs();
  }

  private boolean collect(Visit visit, Collecting collecting, boolean isAtRest)
      throws IOException, InterruptedException {
    collecting.one.lockInterruptibly();
    try {
      var files = visit.grip().files();
      if (files.isEmpty()) {
        return false; // a hand of an older version; the next one can
      }
      var known = collecting.known;
      if (known == null) {
        known = new SessionOutputs(collector.outputs().known(visit.session()));
        collecting.known = known;
      }
      var from =
          new OutputCollector.Source(
              visit.workspace(), visit.session(), files.get(), isAtRest, visit.grip()::isWanted);
      return collector.collect(from, known);
    } finally {
      collecting.one.unlock();
    }
  }

  /// Stops the collections that run beside turns.
  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    threads.forEach(OutputErrand::join);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
