package dev.drover.gateway;

import dev.drover.session.SessionId;
import java.util.Optional;

/// Observes the connections of sandboxes. Its methods return at once and throw nothing; they are
/// called by many threads.
public interface EgressTap {
  /// Observes nothing.
  EgressTap NONE = _ -> {};

  /// A connection has ended.
  void ended(Ended connection);

  /// A secret was put into a request.
  ///
  /// @param credential the id of the credential that has it
  default void substituted(
      SessionId session, Destination destination, String credential, boolean inBody) {}

  /// A connection that has ended.
  ///
  /// @param protocol that the program used: `connect`, `http`, `socks`, `tls`, or `none` if none
  ///   was recognized
  /// @param destination empty if none was recognized
  /// @param verdict the rule that allowed it, or the [Verdict.Reason#label] of the failure
  /// @param refused whether it is the latter
  /// @param sent bytes from the sandbox to the host
  /// @param received bytes from the host to the sandbox
  record Ended(
      SessionId session,
      String protocol,
      Optional<Destination> destination,
      String verdict,
      boolean refused,
      long sent,
      long received,
      long nanos) {}
}
