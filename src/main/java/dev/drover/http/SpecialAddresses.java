package dev.drover.http;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/// The addresses that do not belong to the public internet. `InetAddress` recognizes only some of
/// them.
///
/// @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IPv4 special-purpose
///   addresses</a>
/// @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IPv6 special-purpose
///   addresses</a>
final class SpecialAddresses {
  /// The metadata servers of clouds, which give a machine its credentials.
  private static final List<AddressRange> METADATA =
      ranges(
          "169.254.169.254", // most clouds
          "169.254.170.2", // containers of Amazon
          "100.100.100.200", // Alibaba
          "192.0.0.192", // Oracle
          "168.63.129.16", // Azure; a public address
          "fd00:ec2::254",
          "fd20:ce::254");

  private static final List<AddressRange> SPECIAL =
      ranges(
          "0.0.0.0/8", // this host
          "10.0.0.0/8",
          "100.64.0.0/10", // carriers' networks
          "127.0.0.0/8",
          "169.254.0.0/16", // link-local
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // 6to4 relays
          "192.168.0.0/16",
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4", // reserved, broadcast
          // All but 2000::/3 is loopback, unspecified, IPv4 within IPv6, NAT64, local or reserved.
          "::/3",
          "4000::/2",
          "8000::/1",
          "2001::/23", // protocols, Teredo among them
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4: IPv4 within IPv6
          "3fff::/20"); // documentation

  private SpecialAddresses() {}

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::of).toList();
  }

  static boolean isMetadata(InetAddress address) {
    return METADATA.stream().anyMatch(range -> range.contains(address));
  }

  /// Whether no server on the public internet can have this address.
  static boolean contain(InetAddress address) {
    return isMetadata(address) || SPECIAL.stream().anyMatch(range -> range.contains(address));
  }
}
