package dev.drover.http;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// A guard that allows servers on the public internet and servers whose addresses the operator has
/// allowed. It is for URLs from clients, models and other servers.
///
/// The host of each request is looked up once. If one of its addresses is not allowed, the request
/// is refused: a name that mixes such addresses is an attack. The guard refuses loopback, private,
/// link-local, multicast, reserved and documentation addresses, IPv4 addresses within IPv6 ones,
/// the addresses of this machine, and the metadata servers of clouds; also hosts in a form that
/// some parsers read as an address (`2130706433`, `0177.0.0.1`).
public final class PublicOnly implements Guard {
  private static final Duration LOOKUP = Duration.ofSeconds(5);

  private final PrivateHosts opened;
  private final Supplier<Optional<PrivateHosts>> cap;
  private final Lookups lookups;

  /// @param opened what is allowed although it is not public
  public PublicOnly(PrivateHosts opened, Resolver resolver) {
    this(opened, Optional::empty, resolver, LOOKUP);
  }

  /// @param opened what is allowed although it is not public
  /// @param cap the part of `opened` that is allowed now; empty: all of it
  public PublicOnly(PrivateHosts opened, Supplier<Optional<PrivateHosts>> cap, Resolver resolver) {
    this(opened, cap, resolver, LOOKUP);
  }

  /// @param lookup the maximum time to look up a host
  PublicOnly(PrivateHosts opened, Resolver resolver, Duration lookup) {
    this(opened, Optional::empty, resolver, lookup);
  }

  private PublicOnly(
      PrivateHosts opened,
      Supplier<Optional<PrivateHosts>> cap,
      Resolver resolver,
      Duration lookup) {
    this.opened = opened;
    this.cap = cap;
    this.lookups = new Lookups(resolver, lookup);
  }

  @Override
  public Optional<InetAddress> admit(URI url) throws Unreachable, InterruptedException {
    return Optional.of(admit(HostName.of(url)));
  }

  /// The address to connect to for `host`.
  ///
  /// @throws Unreachable `FORBIDDEN` if no connection may be made to it, `UNKNOWN_HOST` without an
  ///   address
  public InetAddress admit(HostName host) throws Unreachable, InterruptedException {
    var addresses =
        host.address().isPresent() ? List.of(host.address().get()) : lookups.of(host.text());
    for (var address : addresses) {
      if (!isAllowed(host, address)) {
        // Without the address, which the author of the URL may not be allowed to know.
        throw new Unreachable(Unreachable.Why.FORBIDDEN, "the host is not on the public internet");
      }
    }
    return addresses.getFirst();
  }

  /// Whether connections to an address leave the networks of this machine and of its operator.
  public static boolean isPublic(InetAddress address) {
    return !SpecialAddresses.contain(address) && !isOwn(address);
  }

  private boolean isAllowed(HostName host, InetAddress address) {
    return isPublic(address)
        || (opened.contain(host, address)
            && cap.get().map(some -> some.contain(host, address)).orElse(true));
  }

  /// Servers on this machine may trust local connections.
  private static boolean isOwn(InetAddress address) {
    try {
      return NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException _) {
      return true;
    }
  }
}
