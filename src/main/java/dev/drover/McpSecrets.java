package dev.drover;

import dev.drover.base.Problem;
import dev.drover.base.Secret;
import dev.drover.mcp.Credentials;
import dev.drover.session.Session;
import dev.drover.vault.Keyring;
import dev.drover.vault.Use;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Optional;

/// The tokens of the vaults of sessions, for MCP servers.
record McpSecrets(Keyring keyring) implements Credentials {
  private static final System.Logger LOG = System.getLogger(McpSecrets.class.getName());

  @Override
  public Optional<Secret> bearer(Session session, URI url) throws InterruptedException {
    try {
      return keyring.forUrl(use(session), session.origin().vaults(), url);
    } catch (Problem e) {
      throw noted(session, e);
    }
  }

  @Override
  public Optional<Secret> insteadOf(Secret rejected, Session session, URI url)
      throws InterruptedException {
    try {
      return keyring.insteadOf(rejected, use(session), session.origin().vaults(), url);
    } catch (Problem e) {
      throw noted(session, e);
    }
  }

  private static Use use(Session session) {
    return new Use(
        session.workspace(), Use.Purpose.MCP, Optional.of(session.id().value()), Optional.empty());
  }

  /// The client gets no details; they are in the log.
  private static Problem noted(Session session, Problem why) {
    LOG.log(
        Level.ERROR,
        "session {0} has no token for an MCP server: {1} {2}",
        session.id(),
        why.getMessage(),
        why.getCause());
    return why;
  }
}
