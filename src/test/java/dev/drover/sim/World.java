package dev.drover.sim;

import dev.drover.base.Ids;
import dev.drover.base.Problem;
import dev.drover.profile.Strategy;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.store.memory.MemoryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/// One simulated world: everything in it follows from its seed. One thread.
final class World {
  private static final List<Strategy> STRATEGIES =
      List.of(Strategy.FULL, Strategy.ROLLING, Strategy.SUMMARY, Strategy.NOTE, Strategy.SERVER);

  final long seed;
  final Scheduler scheduler;
  final SplittableRandom random;
  final Ids ids;
  final MemoryStore store;
  final Scheduler.Lane outside;
  final SimModel model = new SimModel(this);

  /// How contexts are kept from overflowing; all but those of [Strategy#FULL] are small.
  final Strategy strategy;

  final Map<SessionId, SimHand> hands = new HashMap<>();
  final Map<EventId, Integer> starts = new HashMap<>();
  final List<SimNode> nodes = new ArrayList<>();
  final List<SessionId> doomed = new ArrayList<>();
  final List<SimClient> clients = new ArrayList<>();
  final Totals totals = new Totals();
  final Defect defect;
  final EpochWatch epochs = new EpochWatch(this);

  private CountDownLatch reply = new CountDownLatch(1);
  private final List<String> violations = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private final boolean tells;
  private boolean calm;

  /// @param tells whether to keep a line for everything that happens
  World(long seed, Defect defect, boolean tells) {
    this.seed = seed;
    strategy = STRATEGIES.get((int) Math.floorMod(seed, (long) STRATEGIES.size()));
    this.defect = defect;
    this.tells = tells;
    var source = new SplittableRandom(seed);
    scheduler = new Scheduler(source.split());
    random = source.split();
    ids = new Ids(source.split());
    store = new MemoryStore(new Feed(), ids, scheduler);
    outside = scheduler.lane();
  }

  /// The log as it is, without faults.
  EventLog log() {
    return store.eventLog();
  }

  Sessions sessions() {
    return store.sessions();
  }

  /// Whether a session is gone for good.
  boolean isDeleted(SessionId session) {
    try {
      store.sessions().getSession(session);
      return false;
    } catch (Problem _) {
      return true;
    }
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  Duration upTo(Duration longest) {
    return Duration.ofNanos(random.nextLong(longest.toNanos()) + 1);
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /// From now on nothing fails any more.
  void calmDown() {
    calm = true;
  }

  /// A model answers: now is the moment to come in between.
  void replied() {
    reply.countDown();
    reply = new CountDownLatch(1);
  }

  /// Waits for the next answer of a model.
  void awaitReply(Duration limit) throws InterruptedException {
    scheduler.await(reply, limit);
  }

  boolean isCalm() {
    return calm;
  }

  void violated(String what) {
    tell("VIOLATED: " + what);
    violations.add(what);
  }

  List<String> violations() {
    return violations;
  }

  void tell(String what) {
    if (tells) {
      story.add(scheduler.instant() + " " + what);
    }
  }

  void tell(Supplier<String> what) {
    if (tells) {
      tell(what.get());
    }
  }

  List<String> story() {
    return story;
  }

  /// The store cannot be reached, or its answer cannot.
  static Problem away(String what) {
    return Problem.unavailable("the store " + what, new IOException(what));
  }

  /// A thread outside of all nodes.
  void start(String name, Body body) {
    outside.start(name, guarded(name, body));
  }

  /// What a thread does.
  interface Body {
    void run() throws InterruptedException;
  }

  Runnable guarded(String name, Body body) {
    return () -> {
      try {
        body.run();
      } catch (InterruptedException e) {
        violated(name + " was interrupted");
      } catch (RuntimeException | Error e) {
        violated(name + " failed: " + e);
      }
    };
  }
}
