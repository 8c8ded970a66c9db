package dev.drover.mcp;

import dev.drover.base.Json;

/// A request to an MCP server has no answer. The message says why, without a secret.
final class McpTrouble extends Exception {
  private static final long serialVersionUID = 1;

  enum Kind {
    /// The server did not get the request.
    UNREACHABLE,
    /// The server wants other credentials.
    UNAUTHORIZED,
    /// The server does not know the session any more, and did not take the request.
    EXPIRED,
    /// The server did not take the request.
    REFUSED,
    /// The server may have taken the request.
    LOST
  }

  private final Kind kind;
  private final int status;
  private final transient Json.Obj error;

  McpTrouble(Kind kind, String message) {
    this(kind, message, 0, Json.EMPTY);
  }

  /// @param status the HTTP status; 0 if there was none
  /// @param error the JSON-RPC error; empty if there was none
  McpTrouble(Kind kind, String message, int status, Json.Obj error) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.error = error;
  }

  Kind kind() {
    return kind;
  }

  String what() {
    return String.valueOf(getMessage());
  }

  /// Whether the server may speak an older version of the protocol, or a newer one.
  boolean mayBeAnotherVersion() {
    return kind == Kind.REFUSED && (status == 400 || status == 404 || status == 405 || hasError());
  }

  boolean hasError() {
    return !error.fields().isEmpty();
  }

  /// Whether the server may have acted on the request.
  boolean mayHaveActed() {
    return kind == Kind.LOST;
  }
}
