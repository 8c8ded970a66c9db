package dev.drover.vault;

import java.util.Optional;

/// How to get a new access token from an OAuth server.
///
/// @param tokenEndpoint a URL
/// @param resource the resource indicator of RFC 8707
public record OauthRefresh(
    String tokenEndpoint,
    String clientId,
    ClientAuth clientAuth,
    Optional<String> resource,
    Optional<String> scope) {
  /// How the client authenticates at the token endpoint.
  public enum ClientAuth {
    NONE("none"),
    BASIC("client_secret_basic"),
    POST("client_secret_post");

    private final String type;

    ClientAuth(String type) {
      this.type = type;
    }

    /// The name in the protocol.
    public String type() {
      return type;
    }

    /// Whether there is a client secret.
    public boolean hasSecret() {
      return this != NONE;
    }
  }

  /// The same with another scope.
  public OauthRefresh withScope(Optional<String> other) {
    return new OauthRefresh(tokenEndpoint, clientId, clientAuth, resource, other);
  }
}
