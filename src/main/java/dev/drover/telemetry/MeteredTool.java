package dev.drover.telemetry;

import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.tools.CallContext;
import dev.drover.tools.ServerTool;
import dev.drover.tools.ToolSpec;

/// A tool of the server whose calls are measured.
public record MeteredTool(ServerTool tool, Meters meters) implements ServerTool {
  @Override
  public ToolSpec spec() {
    return tool.spec();
  }

  @Override
  public ToolResult execute(CallContext at, ToolCall call) throws InterruptedException {
    return meters.measured(spec().name(), () -> tool.execute(at, call));
  }
}
