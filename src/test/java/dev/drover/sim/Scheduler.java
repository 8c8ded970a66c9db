package dev.drover.sim;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// Runs virtual threads on the thread that calls [#run], one step at a time: from where a thread
/// was woken to where it waits next. A seed decides who goes next. Time stands nearly still while
/// anybody can go on, and jumps to the next end of a pause when nobody can.
///
/// Whatever a thread of a [Lane] starts runs in the same lane, unchanged production code included.
final class Scheduler implements InstantSource {
  private static final Duration STEP = Duration.ofNanos(20_000);

  private final RandomGenerator random;
  private final Thread carrier = Thread.currentThread();
  private final List<Step> ready = new ArrayList<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparing(Alarm::at).thenComparingLong(Alarm::number));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long steps;
  private long pauses;
  private int lanes;
  private long print = 17;
  private volatile boolean intruded;

  Scheduler(RandomGenerator random) {
    this.random = random;
  }

  private record Step(Lane lane, Runnable continuation) {}

  private record Alarm(Instant at, long number, CountDownLatch over) {}

  /// Threads that live and die together: those of one start of a node.
  final class Lane implements Executor {
    private final int number = ++lanes;
    private final List<Step> held = new ArrayList<>();
    private boolean frozen;
    private boolean dead;

    private Lane() {}

    /// Called when a thread of this lane can go on.
    @Override
    public void execute(Runnable continuation) {
      if (Thread.currentThread() != carrier && !Thread.currentThread().isVirtual()) {
        intruded = true;
        return;
      }
      if (!dead) {
        (frozen ? held : ready).add(new Step(this, continuation));
      }
    }

    /// Starts a thread.
    void start(String name, Runnable body) {
      VirtualThreads.start(this, name, body);
    }

    /// Ends every thread where it is, as `kill -9` would: not one more line of it is run.
    void kill() {
      dead = true;
      held.clear();
      ready.removeIf(step -> step.lane == this);
    }

    /// Stops every thread where it is, as `kill -STOP` would. Time goes on.
    void freeze() {
      frozen = true;
      ready.removeIf(
          step -> {
            boolean mine = step.lane == this;
            if (mine) {
              held.add(step);
            }
            return mine;
          });
    }

    void thaw() {
      frozen = false;
      ready.addAll(held);
      held.clear();
    }

    boolean isDead() {
      return dead;
    }

    boolean isFrozen() {
      return frozen;
    }
  }

  Lane lane() {
    return new Lane();
  }

  @Override
  public Instant instant() {
    return now;
  }

  /// A clock that never jumps, in nanoseconds.
  long nanos() {
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  /// Steps made so far.
  long steps() {
    return steps;
  }

  /// Differs if any choice was another.
  long print() {
    return print;
  }

  /// A point at which the others may come first, or the node may fail.
  @SuppressWarnings("ThreadPriorityCheck") // the scheduler is ours
  static void letOthers() {
    Thread.yield();
  }

  /// Waits, for a thread of a lane.
  void pause(Duration duration) throws InterruptedException {
    await(new CountDownLatch(1), duration);
  }

  /// Waits for `over`, but no longer than `limit`: then it is over, too.
  void await(CountDownLatch over, Duration limit) throws InterruptedException {
    if (limit.isPositive()) {
      alarms.add(new Alarm(now.plus(limit), ++pauses, over));
      over.await();
    }
  }

  /// Makes steps until `done`, or until nobody can ever go on.
  ///
  /// @param between called before each step
  /// @return whether it is done
  /// @throws AssertionError if a thread was woken from outside: it waited for real time, or for a
  ///   lock whose owner was waiting
  boolean run(BooleanSupplier done, Runnable between) {
    while (!done.getAsBoolean()) {
      ring();
      if (ready.isEmpty()) {
        var next = alarms.peek();
        if (next == null) {
          return false;
        }
        now = next.at;
        continue;
      }
      between.run();
      if (!ready.isEmpty()) {
        step();
      }
      if (intruded) {
        throw new AssertionError("a thread waits for something outside of the simulation");
      }
    }
    return true;
  }

  private void step() {
    int chosen = random.nextInt(ready.size());
    var step = ready.set(chosen, ready.getLast());
    ready.removeLast();
    steps++;
    print = (print * 31 + chosen) * 31 + step.lane.number;
    now = now.plus(STEP);
    step.continuation.run();
  }

  private void ring() {
    while (!alarms.isEmpty() && !alarms.peek().at.isAfter(now)) {
      alarms.remove().over.countDown();
    }
  }
}
