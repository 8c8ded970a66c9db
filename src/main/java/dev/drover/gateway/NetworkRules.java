package dev.drover.gateway;

import dev.drover.policy.OperatorPolicy;
import java.util.List;
import java.util.Set;

/// What the operator decides about the networks of all environments.
///
/// @param ports that may be used besides the usual ones
/// @param packageHosts the hosts from which package managers install, or `*.domain`
/// @param packagePorts that may be used with these hosts besides
/// @param cap what environments may ask for
public record NetworkRules(
    Set<Integer> ports, List<String> packageHosts, Set<Integer> packagePorts, OperatorPolicy cap) {
  public static final NetworkRules NONE = new NetworkRules(Set.of(), List.of());

  public NetworkRules {
    ports = Set.copyOf(ports);
    packageHosts = List.copyOf(packageHosts);
    packagePorts = Set.copyOf(packagePorts);
  }

  /// Rules of an operator without a policy.
  public NetworkRules(Set<Integer> ports, List<String> packageHosts) {
    this(ports, packageHosts, Set.of(), OperatorPolicy.NONE);
  }
}
