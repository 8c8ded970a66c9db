package dev.drover.templates;

import dev.drover.catalog.Packages.Manager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// How a package manager installs into a template. The packages are lines of a file; each becomes
/// one argument, behind `--`, and none is a part of the script.
///
/// @param script a command of bash, for which `packages` is the array of the packages
/// @param needs what the system must have, as alternatives that may contain `*`
record Recipe(Manager manager, String script, List<String> needs) {
  /// A change of the recipes or of the form of templates makes all templates anew.
  static final String VERSION = "1";

  static final String NAME = "template";

  /// Where the template is while it is filled.
  static final String TREE = "/workspace/" + NAME;

  static final String LISTS = "/workspace/lists";

  private static final List<Recipe> ALL =
      List.of(
          new Recipe(
              Manager.NPM,
              "npm install -g --prefix "
                  + TREE
                  + "/npm --no-audit --no-fund --loglevel=warn -- \"${packages[@]}\"",
              List.of("usr/local/bin/npm", "usr/bin/npm")),
          new Recipe(
              Manager.PIP,
              "python3 -m pip install --no-input --no-cache-dir --progress-bar off --target "
                  + TREE
                  + "/python -- \"${packages[@]}\"",
              List.of(
                  "usr/lib/python3/dist-packages/pip",
                  "usr/lib/python3*/site-packages/pip",
                  "usr/local/lib/python3*/*-packages/pip")));

  /// The package managers of which this version can install packages.
  static Set<Manager> known() {
    var known = EnumSet.noneOf(Manager.class);
    ALL.forEach(recipe -> known.add(recipe.manager));
    return known;
  }

  static Recipe of(Manager manager) {
    return ALL.stream()
        .filter(recipe -> recipe.manager == manager)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no recipe for " + manager));
  }

  /// The package managers that the system of sandboxes has, and of which this version can install
  /// packages.
  ///
  /// @param root of the machine's file system
  static Set<Manager> available(Path root) {
    var available = EnumSet.noneOf(Manager.class);
    ALL.stream()
        .filter(recipe -> recipe.needs.stream().anyMatch(path -> exists(root, path)))
        .forEach(recipe -> available.add(recipe.manager));
    return available;
  }

  /// The command that installs: its last lines are the end of the log, and its first is the status.
  String command() {
    return """
    mkdir -p %s /workspace/tmp
    mapfile -t packages < %s/%s
    (export TMPDIR=/workspace/tmp; %s) > /workspace/log 2>&1 < /dev/null
    echo "status $?"; tail -c %d /workspace/log\
    """
        .formatted(TREE, LISTS, manager.word(), script, TemplateFailure.TAIL);
  }

  private static boolean exists(Path directory, String pattern) {
    int slash = pattern.indexOf('/');
    var name = slash < 0 ? pattern : pattern.substring(0, slash);
    if (!name.contains("*")) {
      var next = directory.resolve(name);
      return slash < 0 ? Files.exists(next) : exists(next, pattern.substring(slash + 1));
    }
    try (var entries = Files.newDirectoryStream(directory, name)) {
      for (var entry : entries) {
        if (slash < 0 || exists(entry, pattern.substring(slash + 1))) {
          return true;
        }
      }
    } catch (IOException _) {
      // another system
    }
    return false;
  }
}
