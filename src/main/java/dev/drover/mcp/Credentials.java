package dev.drover.mcp;

import dev.drover.base.Secret;
import dev.drover.session.Session;
import java.net.URI;
import java.util.Optional;

/// The credentials of sessions for other servers. They are asked for at each request, so that a
/// change takes effect at once. Safe for many threads.
@FunctionalInterface
public interface Credentials {
  /// No session has any.
  Credentials NONE = (_, _) -> Optional.empty();

  /// The token to send to `url` as `authorization: Bearer`; empty: none.
  Optional<Secret> bearer(Session session, URI url) throws InterruptedException;

  /// Another token in place of one that the server did not accept; empty: there is none.
  default Optional<Secret> insteadOf(Secret rejected, Session session, URI url)
      throws InterruptedException {
    return Optional.empty();
  }
}
