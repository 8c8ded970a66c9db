package dev.drover.http;

import dev.drover.base.Problem;
import dev.drover.settings.Section;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The hosts that are not on the public internet and that the operator allows agents, clients and
/// other servers to name. A metadata server of a cloud is allowed only by its own address, not by a
/// range or a name.
///
/// @param ranges of addresses
/// @param names of hosts that may have any address, in lower case
public record PrivateHosts(List<AddressRange> ranges, Set<String> names) {
  public static final PrivateHosts NONE = new PrivateHosts(List.of(), Set.of());

  public PrivateHosts {
    ranges = List.copyOf(ranges);
    names = Set.copyOf(names);
  }

  /// @param section `network` of the settings
  public static PrivateHosts read(Section section) {
    var entries = section.list("private").orElse(List.of());
    try {
      return of(entries);
    } catch (Problem e) {
      throw section.problem("private", String.valueOf(e.getMessage()));
    }
  }

  /// @param entries addresses, ranges of addresses (`10.20.0.0/16`) and names of hosts
  /// @throws Problem `INVALID_REQUEST` for anything else
  public static PrivateHosts of(List<String> entries) {
    var ranges = new ArrayList<AddressRange>();
    var names = new HashSet<String>();
    for (var entry : entries) {
      if (entry.contains("/") || entry.contains(":")) {
        ranges.add(AddressRange.of(entry));
        continue;
      }
      try {
        var host = HostName.of(entry);
        host.address().ifPresent(address -> ranges.add(AddressRange.of(host.text())));
        if (host.address().isEmpty()) {
          names.add(host.text());
        }
      } catch (Unreachable e) {
        throw Problem.invalid(
            "must be addresses, ranges such as 10.20.0.0/16, or names of hosts, not " + entry);
      }
    }
    return new PrivateHosts(ranges, names);
  }

  /// Whether no server on the public internet can have an address.
  public static boolean isPrivate(InetAddress address) {
    return SpecialAddresses.contain(address);
  }

  /// Whether a range is the address of a metadata server of a cloud, and so allows it.
  public static boolean isMetadataServer(AddressRange range) {
    return range.isSingle() && SpecialAddresses.isMetadata(range.base());
  }

  /// Whether the operator has allowed this host by its name or its address.
  public boolean name(HostName host) {
    return names.contains(host.text())
        || host.address()
            .filter(address -> ranges.stream().anyMatch(range -> range.contains(address)))
            .isPresent();
  }

  /// Whether requests to `host` may go to `address`, which is not a public one.
  boolean contain(HostName host, InetAddress address) {
    boolean metadata = SpecialAddresses.isMetadata(address);
    return (!metadata && names.contains(host.text()))
        || ranges.stream()
            .anyMatch(range -> range.contains(address) && (!metadata || range.isSingle()));
  }
}
