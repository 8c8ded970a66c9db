package dev.drover.policy;

import dev.drover.http.HostName;
import dev.drover.http.HostPattern;
import dev.drover.http.PrivateHosts;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;

/// The section `networking` of a policy: what sandboxes may reach at most.
///
/// @param max the widest networking that an environment may have
/// @param hosts those that may be reached at most; empty: no limit
/// @param ports those that may be used at most; empty: no limit
/// @param privateHosts those hosts of the setting `network.private` that stay reachable; empty: all
public record NetworkCap(
    Max max,
    Optional<List<HostPattern>> hosts,
    Optional<NavigableSet<Integer>> ports,
    Optional<PrivateHosts> privateHosts) {
  static final NetworkCap NONE =
      new NetworkCap(Max.UNRESTRICTED, Optional.empty(), Optional.empty(), Optional.empty());

  static final String MAX = "networking.max";
  static final String HOSTS = "networking.hosts";
  static final String PORTS = "networking.ports";
  static final Denial NO_NETWORK = new Denial(MAX, "allows sandboxes no network");

  public NetworkCap {
    hosts = hosts.map(List::copyOf);
  }

  /// The kinds of networking, the widest first.
  public enum Max {
    UNRESTRICTED,
    LIMITED,
    NONE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Whether an environment that allows every host may reach every host.
  public boolean isOpen() {
    return max == Max.UNRESTRICTED && hosts.isEmpty();
  }

  /// Whether an environment that allows every host reaches any at all.
  public boolean leavesAny() {
    return max != Max.NONE && (isOpen() || hosts.filter(some -> !some.isEmpty()).isPresent());
  }

  boolean lists(HostName host) {
    return hosts.map(some -> some.stream().anyMatch(entry -> entry.matches(host))).orElse(true);
  }

  /// Whether a host that an environment lists may be reached.
  boolean covers(HostPattern listed) {
    return hosts.map(some -> some.stream().anyMatch(entry -> entry.covers(listed))).orElse(true);
  }
}
