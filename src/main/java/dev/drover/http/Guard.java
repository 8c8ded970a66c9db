package dev.drover.http;

import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;

/// Says where a request may go. Asked once for each request and for each redirect, before a
/// connection is made or used again. Safe for many threads.
///
/// A guard that names an address has looked the host up and judged what came of it. The client
/// connects to that very address and looks nothing up itself, so a name that has another address a
/// moment later changes nothing.
@FunctionalInterface
public interface Guard {
  /// Allows every address. For servers that an operator names: a model server on loopback, say.
  Guard NONE = _ -> Optional.empty();

  /// The address to connect to for `url`; empty: any that the name has.
  ///
  /// @throws Unreachable `FORBIDDEN` if no request may go there, `UNKNOWN_HOST` without an address
  Optional<InetAddress> admit(URI url) throws Unreachable, InterruptedException;
}
