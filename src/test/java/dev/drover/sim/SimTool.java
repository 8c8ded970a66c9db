package dev.drover.sim;

import dev.drover.base.Json;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.tools.CallContext;
import dev.drover.tools.Inventory;
import dev.drover.tools.ServerTool;
import dev.drover.tools.ToolSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A tool that runs in a node's own process: it stops with the node, and fails in every way.
record SimTool(World world, ToolSpec spec) implements ServerTool {
  static final String LOOK = "look";
  static final String ACT = "act";

  /// The tools of a node in this world.
  static Inventory inventory(World world) {
    return Inventory.of(List.of(of(world, LOOK, true), of(world, ACT, false)));
  }

  private static SimTool of(World world, String name, boolean readOnly) {
    var schema = Json.obj("type", "object");
    return new SimTool(world, new ToolSpec(name, "It does.", schema, readOnly));
  }

  @Override
  public ToolResult execute(CallContext at, ToolCall call) throws InterruptedException {
    Scheduler.letOthers();
    StartedCall.watch(world, at.thread().session(), call, Optional.empty());
    world.tell("a node runs " + call.id() + " " + call.name());
    if (world.chance(0.7)) {
      world.scheduler.pause(world.upTo(Duration.ofSeconds(world.chance(0.1) ? 60 : 2)));
    }
    if (world.chance(0.05)) {
      throw new IllegalStateException("it does not work");
    }
    return world.chance(0.1)
        ? ToolResult.error("it cannot be done")
        : ToolResult.success("did " + call.name());
  }
}
