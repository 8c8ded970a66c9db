package dev.drover.http;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Allows servers of the public internet, and those whose addresses an operator opened. For URLs
/// that clients, models and other servers give.
///
/// Each request has its host looked up once. If any of the addresses that come of it is not
/// allowed, none is: a name that mixes them is an attempt. Refused are loopback, private,
/// link-local, multicast, reserved and documentation addresses, IPv4 addresses within IPv6 ones,
/// the machine's own, and the metadata servers of clouds; also hosts in a form that some parsers
/// take for an address (`2130706433`, `0177.0.0.1`).
public final class PublicOnly implements Guard {
  private static final Duration LOOKUP = Duration.ofSeconds(5);

  private final List<AddressRange> opened;
  private final Lookups lookups;

  /// @param opened addresses that are allowed though they are not public. A metadata server is
  ///   opened by its own address alone, not by a range around it
  public PublicOnly(List<AddressRange> opened, Resolver resolver) {
    this(opened, resolver, LOOKUP);
  }

  /// @param lookup how long looking a host up may take
  PublicOnly(List<AddressRange> opened, Resolver resolver, Duration lookup) {
    this.opened = List.copyOf(opened);
    this.lookups = new Lookups(resolver, lookup);
  }

  @Override
  public Optional<InetAddress> admit(URI url) throws Unreachable, InterruptedException {
    var host = HostName.of(url);
    var addresses =
        host.address().isPresent() ? List.of(host.address().get()) : lookups.of(host.text());
    for (var address : addresses) {
      if (!isAllowed(address)) {
        // Without the address: who gave the name may not know it.
        throw new Unreachable(Unreachable.Why.FORBIDDEN, "the host is not on the public internet");
      }
    }
    return Optional.of(addresses.getFirst());
  }

  private boolean isAllowed(InetAddress address) {
    boolean metadata = SpecialAddresses.isMetadata(address);
    return opened.stream()
            .anyMatch(range -> range.contains(address) && (!metadata || range.isSingle()))
        || !(SpecialAddresses.contain(address) || isOwn(address));
  }

  /// What listens on this machine may trust it, and not expect the world.
  private static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException _) {
      return true;
    }
  }
}
