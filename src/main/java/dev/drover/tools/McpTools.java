package dev.drover.tools;

import dev.drover.catalog.McpServer;
import dev.drover.hands.ToolCall;
import dev.drover.session.RemoteTool;
import dev.drover.session.Session;
import dev.drover.session.SessionError;
import dev.drover.session.SessionId;
import java.util.List;

/// The MCP servers of agents, as brains use them. It has connections, but nothing that a session
/// could not do without: after a restart, or on another node, there are new ones. Safe for many
/// threads.
public interface McpTools {
  /// What is known of a server's tools without asking it.
  enum Knowledge {
    /// This node has no connection to the server for the session, so the list may have changed.
    NONE,
    /// The server has not said that its tools have changed.
    CURRENT,
    /// The server has said that its tools have changed.
    CHANGED
  }

  Knowledge knowledge(SessionId session, McpServer server);

  /// Asks the server for its tools.
  ///
  /// @throws Failed if it cannot be asked
  /// @throws InterruptedException soon after the calling thread was interrupted
  List<RemoteTool> list(Session session, McpServer server) throws Failed, InterruptedException;

  /// Has the server run a call. An error of the tool is a result. If the calling thread is
  /// interrupted, the server is asked to stop the call.
  ///
  /// @param tool the name of the tool as the server knows it
  /// @throws Failed if the server cannot be asked, or does not answer; it may have run the call
  McpResult call(Session session, McpServer server, String tool, ToolCall call)
      throws Failed, InterruptedException;

  /// The server cannot be used.
  final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    private final transient SessionError error;
    private final boolean sent;

    /// @param error what the client sees
    /// @param sent whether the server may have received a call
    public Failed(SessionError error, boolean sent) {
      super(error.message());
      this.error = error;
      this.sent = sent;
    }

    public SessionError error() {
      return error;
    }

    public boolean sent() {
      return sent;
    }
  }
}
