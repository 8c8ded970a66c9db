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

  /// Lists that an update does not change are not judged: another server may have accepted them.
  static CatalogDesk.Rule<Environment> of(Set<Manager> managers) {
    return (_, before, after) -> {
      var stored = before.map(Environment::packages).orElse(Packages.NONE);
      for (var manager : Manager.values()) {
        var list = after.packages().of(manager);
        if (!list.isEmpty() && !list.equals(stored.of(manager)) && !managers.contains(manager)) {
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
