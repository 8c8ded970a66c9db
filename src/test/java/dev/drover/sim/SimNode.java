package dev.drover.sim;

import dev.drover.base.MemoryBudget;
import dev.drover.base.Problem;
import dev.drover.brain.Brains;
import dev.drover.brain.Harness;
import dev.drover.brain.JobRunner;
import dev.drover.brain.Keeper;
import dev.drover.brain.OnAmbiguous;
import dev.drover.brain.Repositories;
import dev.drover.brain.Retries;
import dev.drover.errands.WorkspaceRemoval;
import dev.drover.hands.Hands;
import dev.drover.profile.Profiles;
import dev.drover.session.EventLog;
import dev.drover.session.Feed;
import dev.drover.session.Job;
import dev.drover.session.Jobs;
import dev.drover.session.Nodes;
import dev.drover.session.SessionId;
import dev.drover.session.Sessions;
import dev.drover.store.Store;
import dev.drover.testing.NoFiles;
import dev.drover.testing.PuppetMcp;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// A machine with a server on it, which is started again whenever it dies.
final class SimNode {
  /// What needs no store.
  private static final Set<String> LOCAL = Set.of("lapse", "onNews", "drain");

  /// Looks for jobs between two looks for copies.
  private static final int ROUNDS = 3;

  private static final Duration LATEST = Duration.ofSeconds(5);

  private final World world;
  private final String name;

  /// The sessions whose workspaces are here. It outlives every server.
  final Set<SessionId> disk = new LinkedHashSet<>();

  private Server server;
  private Instant cutUntil = Instant.EPOCH;
  private double flaws;

  SimNode(World world, String name) {
    this.world = world;
    this.name = name;
    server = new Server();
  }

  /// What runs between a start and a crash: the real brains over a store that may fail.
  final class Server {
    final Scheduler.Lane lane = world.scheduler.lane();
    final Store store;
    final EventLog log;
    final Brains brains;
    final Sessions sessions;
    private final Nodes nodes;
    private final Jobs jobs;
    private final Hands hands;
    private volatile @Nullable JobRunner runner;

    private Server() {
      var feed = new Feed();
      store = world.store.join(name, feed, world.ids, world.scheduler);
      nodes = unreliable(lane, Nodes.class, world.defect.around(store.nodes()));
      sessions = unreliable(lane, Sessions.class, store.sessions());
      hands = new SimHands(world, disk);
      jobs = unreliable(lane, Jobs.class, world.defect.around(store.jobs()));
      log =
          new UnreliableLog(
              SimNode.this, world.defect.around(world, world.epochs.over(store.eventLog())));
      brains =
          new Brains(
              new Harness(
                  log,
                  sessions,
                  feed,
                  world.model,
                  hands,
                  List.of(),
                  SimTool.inventory(world),
                  new PuppetMcp(),
                  Repositories.NONE,
                  Profiles.BUILT_IN.with(world.strategy),
                  Retries.DEFAULT,
                  20,
                  OnAmbiguous.DEFAULT,
                  world.ids,
                  world.scheduler,
                  world.scheduler::pause,
                  world.random,
                  new MemoryBudget(1L << 30, Duration.ofDays(1)),
                  NoFiles.ATTACHED),
              this::hint);
      lane.start(name, world.guarded(name, this::keep));
    }

    /// Made here, for its threads are of the lane of the thread that makes them.
    private void doJobs() {
      var removal = new WorkspaceRemoval(jobs, hands);
      var made =
          new JobRunner(
              jobs, Map.of(Job.REMOVE_WORKSPACE, removal), world.scheduler::pause, ROUNDS);
      runner = made;
      made.start();
    }

    private void hint() {
      var made = runner;
      if (made != null) {
        made.hint();
      }
    }

    /// As long as the store is away, a server does not start.
    private void keep() throws InterruptedException {
      while (true) {
        try {
          new Keeper(nodes, brains, world.scheduler::pause, world.scheduler::nanos).start();
          doJobs();
          return;
        } catch (Problem _) {
          world.scheduler.pause(Duration.ofSeconds(1));
        }
      }
    }
  }

  /// What another node's thread tells is heard on a thread of this one.
  private static Nodes.News on(Scheduler.Lane lane, Nodes.News news) {
    return new Nodes.News() {
      @Override
      public void changed(SessionId session) {
        lane.start("news", () -> news.changed(session));
      }

      @Override
      public void freed(SessionId session) {
        lane.start("news", () -> news.freed(session));
      }
    };
  }

  Server server() {
    return server;
  }

  boolean isUp() {
    return !server.lane.isDead();
  }

  private void start() {
    world.tell(name + " starts");
    server = new Server();
  }

  /// `kill -9`; another start follows.
  void crash() {
    if (isUp()) {
      world.totals.crashes++;
      world.tell(name + " crashes");
      server.lane.kill();
      var down = world.upTo(Duration.ofSeconds(10));
      world.start(
          "starter",
          () -> {
            world.scheduler.pause(down);
            start();
          });
    }
  }

  /// `kill -STOP`, and `kill -CONT` later.
  void freeze() {
    var frozen = server.lane;
    if (isUp() && !frozen.isFrozen()) {
      world.totals.zombies++;
      world.tell(name + " freezes");
      frozen.freeze();
      var time = world.upTo(Duration.ofSeconds(20));
      world.start(
          "thaw",
          () -> {
            world.scheduler.pause(time);
            world.tell(name + " thaws");
            frozen.thaw();
          });
    }
  }

  /// The way to the store is cut for a while.
  void cut() {
    world.totals.cuts++;
    cutUntil = world.scheduler.instant().plus(world.upTo(Duration.ofSeconds(15)));
    world.tell(name + " is cut off until " + cutUntil);
  }

  /// How often a call to the store fails.
  void flawed(double probability) {
    flaws = probability;
  }

  /// A call to the store.
  <T> T over(String what, Callable<T> call) {
    Scheduler.letOthers();
    if (world.scheduler.instant().isBefore(cutUntil) && !world.isCalm()) {
      throw World.away("cannot be reached");
    }
    if (fails()) {
      throw World.away("was not reached");
    }
    T answer;
    try {
      answer = call.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    if (what.equals("beat") && Boolean.FALSE.equals(answer)) {
      world.totals.buried++;
    }
    world.tell(() -> name + " " + what + ": " + Brief.of(answer));
    Scheduler.letOthers();
    if (fails()) {
      world.totals.lostAnswers++;
      throw World.away("did not answer");
    }
    return answer;
  }

  /// A call to the store that may arrive when nobody waits for it any more.
  <T> T overOrLater(String what, Callable<T> call) {
    if (fails()) {
      world.totals.lateCommits++;
      var delay = world.upTo(LATEST);
      world.start(
          "late",
          () -> {
            world.scheduler.pause(delay);
            try {
              var answer = call.call();
              if (what.equals("beat") && Boolean.FALSE.equals(answer)) {
                world.totals.buried++;
              }
              world.tell(() -> name + " " + what + " late: " + Brief.of(answer));
            } catch (Exception e) {
              world.tell(name + " " + what + " late: " + e);
            }
          });
      throw World.away("does not answer");
    }
    return over(what, call);
  }

  private boolean fails() {
    return !world.isCalm() && flaws > 0 && world.chance(flaws);
  }

  private <T> T unreliable(Scheduler.Lane lane, Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              if (method.getName().equals("onNews")) {
                arguments[0] = on(lane, (Nodes.News) arguments[0]);
              }
              Callable<Object> call = () -> invoke(method, real, arguments);
              return LOCAL.contains(method.getName()) ? call.call() : over(method.getName(), call);
            }));
  }

  private static @Nullable Object invoke(Method method, Object real, Object... arguments)
      throws Exception {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
