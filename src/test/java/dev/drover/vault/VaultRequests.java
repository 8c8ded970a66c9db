package dev.drover.vault;

import dev.drover.base.Secret;
import dev.drover.http.Outbound;
import dev.drover.vault.OauthRefresh.ClientAuth;
import java.net.URI;
import java.util.Optional;

/// The requests that the use of a credential makes, without its store.
public final class VaultRequests {
  private VaultRequests() {}

  /// Asks an OAuth server for a new access token.
  ///
  /// @return whether it answers
  public static boolean refresh(Outbound http, URI endpoint) throws InterruptedException {
    var refresh =
        new OauthRefresh(
            endpoint.toString(), "me", ClientAuth.POST, Optional.empty(), Optional.empty());
    var answer =
        new TokenEndpoint(http).exchange(refresh, new Secret("refresh"), new Secret("client"));
    return !(answer instanceof TokenEndpoint.Answer.None);
  }

  /// Tests a token at an MCP server.
  ///
  /// @return whether it accepts the token
  public static boolean probe(Outbound http, URI server) throws InterruptedException {
    return new McpProbe(http).run(server, new Secret("token")).isEmpty();
  }
}
