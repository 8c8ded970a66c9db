package dev.drover.session;

import org.jspecify.annotations.Nullable;

/// An error in a session, for the client to read. It holds no secret.
///
/// @param mcpServer the name of the MCP server that the error is about; null for other errors
public record SessionError(Type type, String message, Retry retry, @Nullable String mcpServer) {
  /// An error that is not about an MCP server.
  public SessionError(Type type, String message, Retry retry) {
    this(type, message, retry, null);
  }

  public enum Type {
    UNKNOWN,
    MODEL_OVERLOADED,
    MODEL_RATE_LIMITED,
    MODEL_REQUEST_FAILED,
    BILLING,
    TOOL_USE_LIMIT_REACHED,
    COMPACTION_LIMIT_REACHED,
    MCP_CONNECTION_FAILED,
    MCP_AUTHENTICATION_FAILED
  }

  /// What follows: the server retries, the turn ends, or the session ends. An error about an MCP
  /// server ends nothing: the turn continues without its tools.
  public enum Retry {
    RETRYING,
    EXHAUSTED,
    TERMINAL
  }
}
