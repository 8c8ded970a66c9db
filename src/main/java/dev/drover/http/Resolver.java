package dev.drover.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Finds the addresses of a host: [InetAddress#getAllByName], say. May block; safe for many
/// threads.
@FunctionalInterface
public interface Resolver {
  /// @throws UnknownHostException if it has none
  InetAddress[] lookUp(String host) throws UnknownHostException;
}
