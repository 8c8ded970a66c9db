package dev.drover.catalog;

import dev.drover.base.Json;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The packages that an environment adds to the system of its sandboxes.
///
/// @param lists the packages of each package manager, as the package manager writes them; without
///   empty lists
/// @param newer what a newer version stored beside these: kept as it came
public record Packages(Map<Manager, List<String>> lists, Json.Obj newer) {
  public static final Packages NONE = new Packages(Map.of());

  public Packages {
    var all = new EnumMap<Manager, List<String>>(Manager.class);
    lists.forEach(
        (manager, list) -> {
          if (!list.isEmpty()) {
            all.put(manager, List.copyOf(list));
          }
        });
    lists = Map.copyOf(all);
  }

  /// Packages of which this version knows everything.
  public Packages(Map<Manager, List<String>> lists) {
    this(lists, Json.EMPTY);
  }

  /// Whether a text can be a package. What begins with a hyphen could be an option, and no package
  /// manager has packages with control characters in their names; a line feed would begin another.
  public static boolean canBe(String one) {
    return !one.isBlank() && !one.startsWith("-") && one.codePoints().noneMatch(Packages::isHidden);
  }

  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  public boolean isEmpty() {
    return lists.isEmpty();
  }

  public List<String> of(Manager manager) {
    return lists.getOrDefault(manager, List.of());
  }

  /// The package managers of the protocol, in the order in which they install.
  public enum Manager {
    APT,
    CARGO,
    GEM,
    GO,
    NPM,
    PIP;

    /// Its name in the protocol, and that of its program.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
