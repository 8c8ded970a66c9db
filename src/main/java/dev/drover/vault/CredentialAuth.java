package dev.drover.vault;

import dev.drover.base.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a credential is for: everything that clients see, and no secret.
public sealed interface CredentialAuth {
  /// The text by which the credential is found and which no other active credential of its vault
  /// has.
  String lookup();

  /// Its `type` in the protocol; empty for a kind of a newer version.
  String kind();

  /// A credential for an MCP server.
  sealed interface OfServer extends CredentialAuth {
    /// As the client sent it.
    String serverUrl();

    @Override
    default String lookup() {
      return ServerUrl.lookup(serverUrl());
    }
  }

  /// An OAuth access token for an MCP server.
  ///
  /// @param expiresAt the end of the access token; empty if it is unknown
  /// @param refresh how to get another access token; empty: not at all
  record McpOauth(String serverUrl, Optional<Instant> expiresAt, Optional<OauthRefresh> refresh)
      implements OfServer {
    @Override
    public String kind() {
      return "mcp_oauth";
    }

    /// The same credential with another access token.
    public McpOauth expiring(Optional<Instant> at) {
      return new McpOauth(serverUrl, at, refresh);
    }
  }

  /// A token for an MCP server.
  record StaticBearer(String serverUrl) implements OfServer {
    @Override
    public String kind() {
      return "static_bearer";
    }
  }

  /// A secret that a sandbox has as a placeholder in an environment variable.
  ///
  /// @param allowedHosts the hosts to which the secret may be sent, or `*.domain`; empty: to all
  ///   that the session may reach
  /// @param header whether it replaces the placeholder in the values of headers
  /// @param body whether it replaces the placeholder in bodies
  record EnvironmentVariable(
      String name, Optional<List<String>> allowedHosts, boolean header, boolean body)
      implements CredentialAuth {
    public EnvironmentVariable {
      allowedHosts = allowedHosts.map(List::copyOf);
    }

    @Override
    public String lookup() {
      return "env " + name;
    }

    @Override
    public String kind() {
      return "environment_variable";
    }
  }

  /// A kind of a newer version, as it was stored. This version never uses it.
  ///
  /// @param lookup as stored
  record Other(String lookup, Json.Obj json) implements CredentialAuth {
    @Override
    public String kind() {
      return "";
    }
  }
}
