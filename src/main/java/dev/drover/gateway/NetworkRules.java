package dev.drover.gateway;

import java.util.List;
import java.util.Set;

/// What the operator decides about the networks of all environments.
///
/// @param ports that may be used besides the usual ones
/// @param packageHosts the hosts from which package managers install, or `*.domain`
public record NetworkRules(Set<Integer> ports, List<String> packageHosts) {
  public static final NetworkRules NONE = new NetworkRules(Set.of(), List.of());

  public NetworkRules {
    ports = Set.copyOf(ports);
    packageHosts = List.copyOf(packageHosts);
  }
}
