package dev.drover.sim;

import dev.drover.hands.ToolCall;
import dev.drover.session.Event;
import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import dev.drover.tools.Inventory;
import java.util.Optional;

/// What must be so at the moment when a call starts to run.
final class StartedCall {
  private StartedCall() {}

  /// @param hand which runs it; empty: a node's own process
  static void watch(World world, SessionId session, ToolCall call, Optional<HandId> hand) {
    int before = world.starts.merge(call.id(), 1, Integer::sum) - 1;
    if (before > 0 && !isReadOnly(call.name())) {
      world.violated("the call %s (%s) was started twice".formatted(call.id(), call.name()));
    }
    boolean intended = false;
    boolean asked = false;
    boolean allowed = false;
    for (var stored : world.log().getEvents(session, Slice.after(0, Integer.MAX_VALUE))) {
      switch (stored.event()) {
        case Event.ToolDispatched e when e.toolUseId().equals(call.id()) ->
            intended |= e.hand().equals(hand);
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

  private static boolean isReadOnly(String tool) {
    return tool.equals(SimTool.LOOK)
        || Inventory.HANDS.named(tool).filter(item -> item.spec().readOnly()).isPresent();
  }
}
