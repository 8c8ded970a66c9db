package dev.drover.gateway;

import dev.drover.http.HostPattern;
import dev.drover.settings.Section;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The settings for the network of sandboxes.
///
/// @param ports that may be used besides the usual ones
/// @param packageHosts the hosts from which package managers install; empty: those with which the
///   package managers of this machine are configured
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
}
