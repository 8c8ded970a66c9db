package dev.drover.vault;

import dev.drover.catalog.WorkspaceId;
import java.util.Locale;
import java.util.Optional;

/// On whose behalf, and for what, a secret is used.
///
/// @param session the id of the session
/// @param event the id of the event that caused it, such as a tool use
public record Use(
    WorkspaceId workspace, Purpose purpose, Optional<String> session, Optional<String> event) {
  /// What a secret is used for.
  public enum Purpose {
    /// A request to an MCP server.
    MCP,
    /// A request to a git server.
    GIT,
    /// A header of a request from a sandbox.
    EGRESS_HEADER,
    /// The body of a request from a sandbox.
    EGRESS_BODY,
    /// A request for a new access token.
    OAUTH_REFRESH,
    /// A test of a credential, at the request of a client.
    VALIDATE;

    /// The name in the API.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The same use for another purpose.
  Use with(Purpose other) {
    return new Use(workspace, other, session, event);
  }
}
