package dev.drover.templates;

import dev.drover.catalog.Packages.Manager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// How a package manager installs into a template. The packages are lines of a file; each becomes
/// one argument, and none is a part of the script.
///
/// @param program of the package manager
/// @param script commands of bash, for which `packages` is the array of the packages
/// @param needs what the system must have, as alternatives that may contain `*`
record Recipe(Manager manager, String program, String script, List<String> needs) {
  /// A change of the recipes or of the form of templates makes all templates anew.
  static final String VERSION = "1";

  static final String NAME = "template";

  /// Where the template is while it is filled.
  static final String TREE = "/workspace/" + NAME;

  static final String LISTS = "/workspace/lists";

  /// For what is not a part of the template.
  private static final String SCRATCH = "/workspace/tmp";

  /// Before 1.70, cargo gets the index of crates.io by git, from GitHub, and before 1.68 any index.
  private static final String CARGO_IS_NEW =
      """
      found=$(cargo --version)
      case $found in
      'cargo 1.'[0-9].* | 'cargo 1.'[1-6][0-9].*)
        echo "$found is too old: the index of crates can be read by cargo 1.70 and newer"
        exit 1 ;;
      esac
      """;

  private static final List<Recipe> ALL =
      List.of(
          new Recipe(Manager.APT, "apt-get", AptScript.text(), List.of("usr/bin/apt-get")),
          new Recipe(
              Manager.CARGO,
              "cargo",
              CARGO_IS_NEW
                  + "export CARGO_HOME="
                  + SCRATCH
                  + "/cargo\ncargo install --root "
                  + TREE
                  + "/cargo -- \"${packages[@]}\"",
              List.of("usr/local/bin/cargo", "usr/bin/cargo")),
          // what follows a `--` would be options of builds
          new Recipe(
              Manager.GEM,
              "gem",
              "export GEM_HOME=%1$s GEM_PATH=%1$s:\n".formatted(TREE + "/gem")
                  + "gem install --no-document --no-user-install --bindir $GEM_HOME/bin"
                  + " \"${packages[@]}\" && rm -rf $GEM_HOME/cache",
              List.of("usr/local/bin/gem", "usr/bin/gem")),
          // programs of several modules need a command each
          new Recipe(
              Manager.GO,
              "go",
              "export GOPATH=%1$s/go GOCACHE=%1$s/go-build GOFLAGS=-modcacherw GOBIN=%2$s/go/bin\n"
                      .formatted(SCRATCH, TREE)
                  + "for package in \"${packages[@]}\"; do go install -- \"$package\" || exit;"
                  + " done",
              List.of("usr/local/bin/go", "usr/bin/go", "usr/local/go/bin/go")),
          new Recipe(
              Manager.NPM,
              "npm",
              "npm install -g --prefix "
                  + TREE
                  + "/npm --no-audit --no-fund --loglevel=warn -- \"${packages[@]}\"",
              List.of("usr/local/bin/npm", "usr/bin/npm")),
          new Recipe(
              Manager.PIP,
              "python3",
              "python3 -m pip install --no-input --no-cache-dir --progress-bar off --target "
                  + TREE
                  + "/python -- \"${packages[@]}\"",
              List.of(
                  "usr/lib/python3/dist-packages/pip",
                  "usr/lib/python3*/site-packages/pip",
                  "usr/local/lib/python3*/*-packages/pip")));

  static Recipe of(Manager manager) {
    return ALL.stream()
        .filter(recipe -> recipe.manager == manager)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no recipe for " + manager));
  }

  /// What the system of sandboxes lacks for a package manager; empty if it lacks nothing.
  ///
  /// @param root of the machine's file system
  Optional<String> missing(Path root) {
    return needs.stream().anyMatch(path -> exists(root, path))
        ? Optional.empty()
        : Optional.of("it has no /" + String.join(" or /", needs));
  }

  /// The command that installs: its last lines are the end of the log, and its first is the status.
  String command() {
    return """
    mkdir -p %1$s %2$s
    mapfile -t packages < %3$s/%4$s
    (
    export TMPDIR=%2$s
    command -v %5$s > /dev/null || { echo "%8$s"; exit 127; }
    %6$s
    ) > /workspace/log 2>&1 < /dev/null
    echo "status $?"; tail -c %7$d /workspace/log\
    """
        .formatted(
            TREE,
            SCRATCH,
            LISTS,
            manager.word(),
            program,
            script,
            TemplateFailure.TAIL,
            program
                + ": not found, neither on the server's machine (where sandboxes see /usr alone)"
                + " nor in the packages of apt of this environment");
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
