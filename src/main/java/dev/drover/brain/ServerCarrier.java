package dev.drover.brain;

import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.tools.CallContext;
import dev.drover.tools.ServerTool;
import java.lang.System.Logger.Level;
import java.util.Optional;

/// The carrier of calls of one server tool, in this process. The calls end with the step: a call
/// that is interrupted or left is stopped, and its result cannot be fetched later.
record ServerCarrier(ServerTool tool, CallContext at) implements Carrier, Carrier.Runner {
  private static final System.Logger LOG = System.getLogger(ServerCarrier.class.getName());

  @Override
  public Optional<Runner> attach(ThreadFold.Call call) {
    return Optional.empty();
  }

  @Override
  public Runner provision() {
    return this;
  }

  @Override
  public Optional<HandId> hand() {
    return Optional.empty();
  }

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

  /// Does nothing: the end of the step interrupts the call.
  @Override
  public void stop(EventId call) {}

  @Override
  public String lost(String name) {
    return name
        + ": the server stopped while this call was running. It may or may not have taken effect;"
        + " check before trying again.";
  }

  @Override
  public void leave() {}

  @Override
  public void close() {}
}
