package dev.drover.brain;

import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.HandId;
import dev.drover.session.SessionError;
import dev.drover.tools.McpTools;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;

/// The carrier of calls of one MCP server, from this process. The calls end with the step: a call
/// that is interrupted or left is stopped, and its result cannot be fetched later.
///
/// @param errors gets the errors of calls that failed because of the server, for the client
record McpCarrier(WakeContext at, McpServer server, Map<EventId, SessionError> errors)
    implements Carrier, Carrier.Runner {
  private static final System.Logger LOG = System.getLogger(McpCarrier.class.getName());

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

  @Override
  public ToolResult execute(ToolCall call) throws InterruptedException {
    try {
      var result = at.harness().mcp().call(at.row(), server, call.name(), call);
      return LongResults.cut(new ToolResult(result.content(), result.isError(), false));
    } catch (McpTools.Failed e) {
      errors.put(call.id(), e.error());
      var what = call.name() + ": " + e.error().message();
      return e.sent()
          ? ToolResult.lost(
              what + " The call may or may not have taken effect; check before trying again.")
          : ToolResult.error(what);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a call of an MCP server failed in " + at.session(), e);
      return ToolResult.error(call.name() + ": internal error of Drover. See its log.");
    }
  }

  /// Does nothing: the end of the step interrupts the call.
  @Override
  public void stop(EventId call) {}

  @Override
  public String lost(String name) {
    return name
        + ": Drover stopped while this call was running. It may or may not have taken effect;"
        + " check before trying again.";
  }

  @Override
  public void leave() {}

  @Override
  public void close() {}
}
