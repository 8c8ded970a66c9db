package dev.drover.gateway;

import dev.drover.http.HostPattern;
import dev.drover.policy.OperatorPolicy;
import dev.drover.settings.Section;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The settings for the network of sandboxes.
///
/// @param ports that may be used besides the usual ones
/// @param packageHosts the hosts from which package managers install, besides mirrors of the
///   settings; empty: those with which the package managers of this machine are configured
/// @param bytes that a sandbox may send, and that it may receive
/// @param authorities a file with certificates of authorities, which are trusted besides those of
///   the JVM when the server makes a TLS connection in place of a sandbox
public record NetworkSettings(
    Set<Integer> ports,
    Optional<List<String>> packageHosts,
    long bytes,
    Optional<String> authorities) {
  private static final long USUAL = 20L << 30;

  public NetworkSettings {
    ports = Set.copyOf(ports);
  }

  /// @param section `network` of the settings
  public static NetworkSettings read(Section section) {
    var ports = new HashSet<Integer>();
    for (var text : section.list("ports").orElse(List.of())) {
      if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > 0xffff) {
        throw section.problem(
            "ports", "must be a list of ports, each as a string, such as \"8443\"");
      }
      ports.add(Integer.parseInt(text));
    }
    var packages = section.list("package_hosts");
    if (!packages.orElse(List.of()).stream().allMatch(HostPattern::isOne)) {
      throw section.problem(
          "package_hosts", "must be a list of host names or \"*.domain\", without scheme or port");
    }
    long bytes = section.mebibytes("sandbox_mib", 0, 1L << 30, USUAL);
    return new NetworkSettings(
        ports, packages, bytes == 0 ? Long.MAX_VALUE : bytes, section.text("ca_file"));
  }

  /// The rules for all environments, of an operator without a policy.
  ///
  /// @param found the hosts of the package managers
  NetworkRules rules(PackageHosts found) {
    return rules(found, OperatorPolicy.NONE);
  }

  /// The rules for all environments.
  ///
  /// @param found the hosts of the package managers
  public NetworkRules rules(PackageHosts found, OperatorPolicy cap) {
    var managers = cap.managers();
    return new NetworkRules(ports, hosts(found, managers), found.ports(), cap);
  }

  /// @param managers that environments may use; empty: all
  private List<String> hosts(PackageHosts found, Optional<? extends Set<String>> managers) {
    if (managers.isPresent() && managers.get().isEmpty()) {
      return List.of();
    }
    return packageHosts
        .map(hosts -> Stream.concat(hosts.stream(), found.mirrors().stream()).distinct().toList())
        .or(() -> managers.map(found::of))
        .orElseGet(found::all);
  }

  /// The rules for an environment in which only some package managers are used.
  ///
  /// @param found the hosts of the package managers
  /// @param managers those that are used
  public NetworkRules rules(PackageHosts found, Set<String> managers, OperatorPolicy cap) {
    var allowed = new TreeSet<>(managers);
    cap.managers().ifPresent(allowed::retainAll);
    return new NetworkRules(ports, hosts(found, Optional.of(allowed)), found.ports(), cap);
  }
}
