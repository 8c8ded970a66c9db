package dev.drover.http;

import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;

/// A rule for the addresses to which requests may be sent. It is applied once to each request and
/// to each redirect, before a connection is made or reused. Safe for many threads.
///
/// A guard that returns an address has looked up the host and checked the result. The client
/// connects to exactly that address and does not look up the host again, so it does not matter if
/// the name has another address a moment later.
@FunctionalInterface
public interface Guard {
  /// A guard that allows every address, for servers that the operator configures, such as a model
  /// server on loopback.
  Guard NONE = _ -> Optional.empty();

  /// The address to connect to for `url`; empty: any address of the host.
  ///
  /// @throws Unreachable `FORBIDDEN` if no request may go there, `UNKNOWN_HOST` without an address
  Optional<InetAddress> admit(URI url) throws Unreachable, InterruptedException;
}
