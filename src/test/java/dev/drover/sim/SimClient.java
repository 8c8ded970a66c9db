package dev.drover.sim;

import dev.drover.base.Json;
import dev.drover.base.Problem;
import dev.drover.session.Delivery;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.Receipt;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.session.Status;
import dev.drover.session.Stored;
import dev.drover.testing.ScriptedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A client of one session. It sends again when it hears nothing, as the official programs do: some
/// with a key, some with no more than the number of the attempt.
final class SimClient {
  private static final int ATTEMPTS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final World world;
  private final SessionId session;
  private final int actions;
  private int sends;
  private boolean finished;

  /// Events whose receipt the client has.
  final List<EventId> acknowledged = new ArrayList<>();

  /// What was sent, by the mark in its text; whether the client has its receipt.
  final Map<String, Boolean> marks = new HashMap<>();

  SimClient(World world, SessionId session, int actions) {
    this.world = world;
    this.session = session;
    this.actions = actions;
  }

  SessionId session() {
    return session;
  }

  boolean isFinished() {
    return finished;
  }

  void run() throws InterruptedException {
    for (int i = 0; i < actions; i++) {
      var longest = Duration.ofSeconds(world.chance(0.3) ? 1 : 12);
      if (world.chance(0.3)) {
        world.awaitReply(longest);
      } else {
        world.scheduler.pause(world.upTo(longest));
      }
      act();
    }
    finished = true;
    while (true) {
      world.scheduler.pause(Duration.ofSeconds(5));
      if (world.isCalm() && isIdle() && !waiting().isEmpty()) {
        answer(waiting());
      }
    }
  }

  private void act() throws InterruptedException {
    var waiting = waiting();
    if (isIdle() && !waiting.isEmpty() && world.chance(0.8)) {
      answer(world.chance(0.5) ? waiting : List.of(world.one(waiting)));
    } else if (world.chance(0.15)) {
      post(() -> List.of(interrupt()));
    } else {
      var mark = session + "#" + sends;
      boolean accompanied = world.chance(0.1);
      boolean pictured = world.chance(0.1);
      boolean interrupting = world.chance(0.1);
      boolean received = post(() -> message(mark, accompanied, pictured, interrupting));
      marks.put(mark, received);
    }
  }

  private List<Event.FromClient> message(
      String mark, boolean accompanied, boolean pictured, boolean interrupting) {
    var text = ScriptedModel.textBlock(mark);
    var content = pictured ? Json.arr(Json.obj("type", "image"), text) : Json.arr(text);
    var events = new ArrayList<Event.FromClient>();
    if (interrupting) {
      events.add(interrupt());
    }
    events.add(new Event.UserMessage(id(), content));
    if (accompanied) {
      events.add(new Event.SystemMessage(id(), Json.arr(ScriptedModel.textBlock("psst"))));
    }
    return events;
  }

  /// Every other one names the thread.
  private Event.UserInterrupt interrupt() {
    boolean named = sends % 2 == 0;
    var primary = world.sessions().getSession(session).origin().primary();
    return new Event.UserInterrupt(id(), named ? Optional.of(primary) : Optional.empty());
  }

  private void answer(List<Event.ToolUse> uses) throws InterruptedException {
    boolean allow = world.chance(0.7);
    post(
        () ->
            uses.stream()
                .<Event.FromClient>map(
                    use ->
                        use instanceof Event.AgentCustomToolUse
                            ? new Event.UserCustomToolResult(
                                id(),
                                use.id(),
                                Optional.of(Json.arr(ScriptedModel.textBlock("found"))),
                                Optional.empty())
                            : new Event.UserToolConfirmation(id(), use.id(), allow, null))
                .toList());
  }

  private EventId id() {
    return new EventId(world.ids.next(EventId.PREFIX));
  }

  /// What came of one attempt.
  private static final class Attempt {
    @Nullable Receipt receipt;
    @Nullable Problem problem;

    boolean isOver() {
      return receipt != null || problem != null;
    }
  }

  /// @return whether a receipt came
  private boolean post(Supplier<List<Event.FromClient>> events) throws InterruptedException {
    var fingerprint = session + "/" + ++sends;
    boolean keyed = world.chance(0.5);
    for (int i = 0; i < ATTEMPTS; i++) {
      var attempt = attempt(events, new Delivery(fingerprint, keyed || i > 0), keyed);
      if (attempt.receipt != null && !world.chance(0.1)) {
        attempt.receipt.events().forEach(queued -> acknowledged.add(queued.event().id()));
        return true;
      }
      if (attempt.problem != null && attempt.problem.kind() != Problem.Kind.UNAVAILABLE) {
        return false;
      }
      world.scheduler.pause(Duration.ofMillis(500L << i));
    }
    return false;
  }

  /// A client without a key waits for an answer or the end of the connection: sending again while
  /// the first may yet arrive is what a key is for.
  private Attempt attempt(Supplier<List<Event.FromClient>> events, Delivery delivery, boolean keyed)
      throws InterruptedException {
    var server = world.one(world.nodes).server();
    var attempt = new Attempt();
    server.lane.start(
        "request",
        world.guarded(
            "a request",
            () -> {
              try {
                var receipt = server.log.receive(session, events.get(), delivery);
                receipt
                    .lease()
                    .ifPresentOrElse(server.brains::wake, () -> server.brains.ring(session));
                attempt.receipt = receipt;
              } catch (Problem e) {
                attempt.problem = e;
              }
            }));
    var end = world.scheduler.instant().plus(PATIENCE);
    while (!attempt.isOver()
        && !server.lane.isDead()
        && !(keyed && world.scheduler.instant().isAfter(end))) {
      world.scheduler.pause(Duration.ofMillis(300));
    }
    return attempt;
  }

  private boolean isIdle() {
    return world.sessions().getSession(session).status() == Status.IDLE;
  }

  /// Whether nothing is left to do in the session.
  boolean isAtRest() {
    return finished
        && isIdle()
        && world.log().inbox(session).queued().isEmpty()
        && waiting().isEmpty()
        && world.log().unfinished().isEmpty();
  }

  List<Stored> log() {
    return world.log().getEvents(session, Slice.after(0, Integer.MAX_VALUE));
  }

  /// Tool uses that wait for the client.
  List<Event.ToolUse> waiting() {
    var waiting = new LinkedHashMap<EventId, Event.ToolUse>();
    for (var stored : log()) {
      switch (stored.event()) {
        case Event.ToolUse use when use.waitsForClient() -> waiting.put(use.id(), use);
        case Event.Answer answer -> waiting.remove(answer.toolUseId());
        case Event.AgentToolResult result -> waiting.remove(result.toolUseId());
        default -> {}
      }
    }
    return List.copyOf(waiting.values());
  }
}
