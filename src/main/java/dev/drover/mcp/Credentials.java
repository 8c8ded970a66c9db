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
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if it cannot be found out at the moment
  Optional<Secret> bearer(Session session, URI url) throws InterruptedException;

  /// Another token, after the server did not accept one; empty if there is none.
  ///
  /// @throws dev.drover.base.Problem as [#bearer]
  default Optional<Secret> insteadOf(Secret rejected, Session session, URI url)
      throws InterruptedException {
    return Optional.empty();
  }
}
