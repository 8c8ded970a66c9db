package dev.drover.brain;

import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.tools.CallContext;
import dev.drover.tools.ServerTool;
import java.lang.System.Logger.Level;

/// The carrier of calls of one server tool, in this process.
record ServerCarrier(ServerTool tool, CallContext at) implements HereCarrier {
  private static final System.Logger LOG = System.getLogger(ServerCarrier.class.getName());

  /// Runs the tool. An exception of the tool becomes an error result, and the turn continues.
  @Override
  public ToolResult execute(ToolCall call) throws InterruptedException {
    try {
      return tool.execute(at, call);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the tool " + call.name() + " failed in " + at.thread().session(), e);
      return ToolResult.error(call.name() + ": internal error of the server. See its log.");
    }
  }
}
