package dev.drover.sim;

import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A hand, outside of all nodes: it goes on when they die, and dies when it likes. It keeps a
/// journal by call. What it is asked is watched.
final class SimHand {
  private final World world;
  private final SessionId session;
  private final HandId id;
  private final Map<EventId, Entry> journal = new HashMap<>();
  private boolean dead;

  SimHand(World world, SessionId session, HandId id) {
    this.world = world;
    this.session = session;
    this.id = id;
  }

  /// A call. Each who waits has a latch of his own: threads of a dead node would stand in the way
  /// of others in the queue of a common one.
  private static final class Entry {
    private final List<CountDownLatch> waiting = new ArrayList<>();
    @Nullable ToolResult result;

    void end(ToolResult with) {
      if (result == null) {
        result = with;
        waiting.forEach(CountDownLatch::countDown);
      }
    }

    ToolResult await() throws InterruptedException {
      if (result == null) {
        var over = new CountDownLatch(1);
        waiting.add(over);
        over.await();
      }
      return Objects.requireNonNull(result);
    }
  }

  HandId id() {
    return id;
  }

  boolean isDead() {
    return dead;
  }

  ToolResult execute(ToolCall call) throws InterruptedException {
    var known = journal.get(call.id());
    if (known != null) {
      return known.await();
    }
    if (dead) {
      return call.again()
          ? ToolResult.lost("The sandbox was lost. The call may or may not have run.")
          : ToolResult.error("The sandbox was lost before this call started.");
    }
    StartedCall.watch(world, session, call, Optional.of(id));
    var entry = new Entry();
    journal.put(call.id(), entry);
    world.tell(id + " runs " + call.id() + " " + call.name());
    world.start("hand", () -> run(call, entry));
    return entry.await();
  }

  private void run(ToolCall call, Entry entry) throws InterruptedException {
    if (world.chance(0.7)) {
      world.scheduler.pause(world.upTo(Duration.ofSeconds(world.chance(0.1) ? 60 : 2)));
    }
    double fate = world.random.nextDouble();
    if (fate < 0.05 && entry.result == null) {
      die();
    } else {
      entry.end(
          fate < 0.1
              ? ToolResult.error("it does not work")
              : ToolResult.success("did " + call.name()));
    }
  }

  private void die() {
    world.tell(id + " dies");
    dead = true;
    world.totals.handsLost++;
    journal.values().forEach(entry -> entry.end(ToolResult.lost("The sandbox was lost.")));
  }

  void stop(EventId call) {
    var entry = journal.get(call);
    if (entry != null) {
      entry.end(ToolResult.error("interrupted"));
    }
  }
}
