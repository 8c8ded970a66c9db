package dev.drover.mcp;

import dev.drover.base.Json;
import java.util.Map;

/// A way to exchange messages with an MCP server. Safe for many threads.
interface McpTransport extends AutoCloseable {
  /// The receiver of messages that answer no request.
  @FunctionalInterface
  interface Incidents {
    void received(Json.Obj notification);
  }

  /// Sends a request and waits for its answer, a result or an error. Signs of progress postpone the
  /// deadline.
  ///
  /// @param headers for this request only, where the transport has headers
  Json.Obj request(Json.Obj request, Map<String, String> headers, Deadline deadline)
      throws McpTrouble, InterruptedException;

  /// Sends a message that has no answer.
  void send(Json.Obj message, Deadline deadline) throws McpTrouble, InterruptedException;

  /// Whether closing the connection of a request cancels it.
  boolean cancelsByClosing();

  /// Notes what the server and this client have agreed on.
  void agreed(McpVersion version);

  /// Receives what the server sends by itself, in the background, until this is closed.
  ///
  /// @param ended called if the server does not send such messages any more
  void listen(Runnable ended);

  /// Ends the connection. Waits for the server a short while at most.
  @Override
  void close();
}
