package dev.drover.desk;

import dev.drover.base.Problem;
import dev.drover.catalog.Environment;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import java.util.Set;
import java.util.stream.Collectors;

/// The rule for the packages of environments: this server can install them.
final class PackageChoice {
  private PackageChoice() {}

  /// Lists that an update does not change are not judged: another server may have accepted them. A
  /// package of apt can be a package manager, which its installation shows.
  static CatalogDesk.Rule<Environment> of(Set<Manager> managers) {
    return (_, before, after) -> {
      var stored = before.map(Environment::packages).orElse(Packages.NONE);
      boolean apt = managers.contains(Manager.APT) && !after.packages().of(Manager.APT).isEmpty();
      for (var manager : Manager.values()) {
        var list = after.packages().of(manager);
        boolean can = managers.contains(manager) || apt;
        if (!list.isEmpty() && !list.equals(stored.of(manager)) && !can) {
          throw Problem.invalid(
              "config.packages.%s: this server cannot install packages with %s; it can with: %s"
                  .formatted(manager.word(), manager.word(), named(managers)));
        }
      }
      return after;
    };
  }

  private static String named(Set<Manager> managers) {
    return managers.isEmpty()
        ? "none"
        : managers.stream().sorted().map(Manager::word).collect(Collectors.joining(", "));
  }
}
