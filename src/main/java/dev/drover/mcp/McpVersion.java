package dev.drover.mcp;

import dev.drover.base.Json;
import java.util.Optional;

/// The versions of the protocol that this client speaks.
///
/// @see <a href="https://modelcontextprotocol.io/specification">Specification</a>
enum McpVersion {
  HTTP_AND_EVENTS("2024-11-05"),
  STREAMABLE("2025-03-26"),
  VERSION_HEADER("2025-06-18"),
  POLLED("2025-11-25"),
  /// Without sessions: every request says all that the server needs.
  STATELESS("2026-07-28");

  static final McpVersion OFFERED = POLLED;

  private final String date;

  McpVersion(String date) {
    this.date = date;
  }

  String date() {
    return date;
  }

  /// The version that the server chose in its answer to `initialize`; empty if this client does not
  /// speak it.
  static Optional<McpVersion> chosen(Json.Obj initialized) {
    var chosen = initialized.text("protocolVersion");
    for (var version : values()) {
      if (version != STATELESS && version.date.equals(chosen)) {
        return Optional.of(version);
      }
    }
    return Optional.empty();
  }
}
