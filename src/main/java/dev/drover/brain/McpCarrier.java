package dev.drover.brain;

import dev.drover.base.Problem;
import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.hands.ToolResult;
import dev.drover.session.EventId;
import dev.drover.session.SessionError;
import dev.drover.tools.McpTools;
import dev.drover.tools.Toolbox;
import java.lang.System.Logger.Level;
import java.util.Map;

/// The carrier of calls of one MCP server.
///
/// @param errors gets the errors of calls that failed because of the server, for the client
record McpCarrier(WakeContext at, McpServer server, Map<EventId, SessionError> errors)
    implements HereCarrier {
  private static final System.Logger LOG = System.getLogger(McpCarrier.class.getName());

  @Override
  public ToolResult execute(ToolCall call) throws InterruptedException {
    try {
      var result = at.harness().mcp().call(at.row(), server, call.name(), call);
      return fitting(new ToolResult(result.content(), result.isError(), false), call.id());
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

  /// The same result, or if it is too long for the model: a preview of it, if the agent can read
  /// the whole text in a file, or else what fits.
  private ToolResult fitting(ToolResult result, EventId call) throws InterruptedException {
    if (!LongResults.isLong(result)) {
      return result;
    }
    if (Toolbox.of(at.agent(), at.harness().tools(), Map.of()).usesHand()) {
      try {
        for (var errand : at.harness().errands()) {
          var path = errand.keep(at.workspace(), at.session(), call, result.text());
          if (path.isPresent()) {
            return LongResults.preview(result, path.get());
          }
        }
      } catch (Problem e) {
        LOG.log(Level.WARNING, "a long result could not be stored in " + at.session(), e);
        return LongResults.cut(result, ", because it could not be stored");
      }
    }
    return LongResults.cut(result, "");
  }
}
