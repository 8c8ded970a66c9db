package dev.drover.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Finds the addresses of a host, as [InetAddress#getAllByName] does. May block. Safe for many
/// threads.
@FunctionalInterface
public interface Resolver {
  /// @throws UnknownHostException if the host has none
  InetAddress[] lookUp(String host) throws UnknownHostException;
}
