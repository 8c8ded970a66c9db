package dev.drover;

import dev.drover.catalog.Packages;
import dev.drover.cli.Check;
import dev.drover.gateway.PackageHosts;
import dev.drover.templates.Templates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Whether this machine has a way out that sandboxes can use, and the hosts of their package
/// managers. Opens no connection.
final class WayOut {
  private WayOut() {}

  static Check check(Config config) {
    var found = new PackageHosts(Path.of("/"), config.packages());
    var packages =
        config.network().packageHosts().isPresent()
            ? String.join(", ", config.network().rules(found, config.policy().get()).packageHosts())
            : found.byManager().entrySet().stream()
                .map(of -> of.getKey() + " " + String.join(" ", of.getValue()))
                .collect(Collectors.joining(", "));
    var way =
        hasDefaultRoute()
            ? "this machine has a default route"
            : "this machine has no default route, so sandboxes reach only its own networks";
    return new Check(
        "network",
        true,
        "%s; package registries: %s; environments can have packages of: %s"
            .formatted(way, packages.isEmpty() ? "none known" : packages, managers(config)),
        "");
  }

  private static String managers(Config config) {
    var sources = config.packages().aptSources();
    var managers =
        Templates.managers(TemplateParts.ROOT, sources).stream()
            .map(Packages.Manager::word)
            .collect(Collectors.joining(", "));
    var missing =
        Templates.missing(TemplateParts.ROOT, sources).entrySet().stream()
            .map(one -> one.getKey().word() + " (" + one.getValue() + ")")
            .collect(Collectors.joining(", "));
    return (managers.isEmpty() ? "no package manager" : managers)
        + (missing.isEmpty() ? "" : "; this machine cannot install those of " + missing);
  }

  private static boolean hasDefaultRoute() {
    return lines("/proc/net/route").stream()
            .map(line -> line.split("\\s+"))
            .anyMatch(route -> route.length > 7 && route[1].matches("0+") && route[7].matches("0+"))
        || lines("/proc/net/ipv6_route").stream()
            .anyMatch(line -> line.startsWith("0".repeat(32) + " 00 ") && !line.endsWith(" lo"));
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException _) {
      return List.of(); // not Linux, or without IPv6
    }
  }
}
