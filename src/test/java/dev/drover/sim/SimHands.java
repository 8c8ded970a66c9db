package dev.drover.sim;

import dev.drover.hands.BuiltInTool;
import dev.drover.hands.Hands;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Hands that are slow, fail and die. What they are asked is watched: nothing without a record of
/// the intent, nothing twice that cannot bear it.
final class SimHands implements Hands {
  private final World world;
  private final Map<EventId, Integer> starts = new HashMap<>();

  SimHands(World world) {
    this.world = world;
  }

  @Override
  public ToolResult execute(SessionId session, ToolCall call) throws InterruptedException {
    Thread.yield();
    int before = starts.merge(call.id(), 1, Integer::sum) - 1;
    world.tell("hand runs " + call.id() + " " + call.name());
    if (before > 0 && !BuiltInTool.named(call.name()).map(BuiltInTool::readOnly).orElse(false)) {
      world.violated("the call %s (%s) was started twice".formatted(call.id(), call.name()));
    }
    watch(session, call);
    if (world.chance(0.7)) {
      world.scheduler.pause(world.upTo(Duration.ofSeconds(world.chance(0.1) ? 60 : 2)));
    }
    Thread.yield();
    double fate = world.random.nextDouble();
    return fate < 0.1
        ? ToolResult.error("it does not work")
        : fate < 0.15
            ? ToolResult.lost("the hand is gone")
            : ToolResult.success("did " + call.name());
  }

  private void watch(SessionId session, ToolCall call) {
    boolean intended = false;
    boolean asked = false;
    boolean allowed = false;
    for (var stored : world.log().getEvents(session, Slice.after(0, Integer.MAX_VALUE))) {
      switch (stored.event()) {
        case Event.ToolDispatched e when e.toolUseId().equals(call.id()) -> intended = true;
        case Event.AgentToolUse e when e.id().equals(call.id()) -> asked = e.waitsForClient();
        case Event.UserToolConfirmation e when e.toolUseId().equals(call.id()) ->
            allowed = e.allow();
        default -> {}
      }
    }
    if (!intended) {
      world.violated("the call " + call.id() + " was started without a record of the intent");
    }
    if (asked && !allowed) {
      world.violated("the call " + call.id() + " was started without leave");
    }
  }

  @Override
  public void release(SessionId session) {}

  @Override
  public void discard(SessionId session) {}
}
