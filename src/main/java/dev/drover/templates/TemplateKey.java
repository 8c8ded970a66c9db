package dev.drover.templates;

import dev.drover.base.Json;
import dev.drover.catalog.Packages;
import dev.drover.catalog.Packages.Manager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a template depends on: the packages as they were given, the system, and where packages come
/// from. Environments with the same packages share one.
final class TemplateKey {
  private static final int LENGTH = 40;

  /// What native programs and extensions are made by.
  private static final Map<Manager, String> TOOLS =
      Map.of(Manager.CARGO, "rustc", Manager.GEM, "ruby", Manager.GO, "go");

  private final Path root;
  private final Map<String, String> sources;
  private final AptFiles apt;

  /// @param root of the machine's file system
  /// @param sources where package managers install from, and how they are configured
  TemplateKey(Path root, Map<String, String> sources, AptFiles apt) {
    this.root = root;
    this.apt = apt;
    this.sources = new TreeMap<>(sources);
  }

  /// The name of the template of these packages, in lower-case hexadecimal digits.
  ///
  /// @throws IOException if the configuration of apt cannot be read
  String of(Packages packages) throws IOException {
    var lists = Json.EMPTY;
    for (var manager : Manager.values()) {
      lists = lists.with(manager.word(), packages.of(manager));
    }
    var all =
        Json.obj(
            "recipe",
            Recipe.VERSION,
            "system",
            system(),
            "sources",
            Json.of(sources),
            "packages",
            lists);
    for (var tool : TOOLS.entrySet()) {
      if (!packages.of(tool.getKey()).isEmpty()) {
        all = all.with(tool.getKey().word(), program(tool.getValue()));
      }
    }
    if (!packages.of(Manager.APT).isEmpty() && apt.missing().isEmpty()) {
      all = all.with("apt", apt.digest());
    }
    try {
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest(all.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What native parts of packages are built for.
  private List<String> system() {
    return List.of(
        System.getProperty("os.arch"), text("etc/os-release"), program("python3"), program("node"));
  }

  private String text(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException _) {
      return "";
    }
  }

  /// The name and the size of the program that sandboxes find, which differ between versions.
  private String program(String name) {
    for (var directory : List.of("usr/local/bin", "usr/bin", "usr/local/go/bin")) {
      try {
        var file = root.resolve(directory).resolve(name).toRealPath();
        return file.getFileName() + " " + Files.size(file);
      } catch (IOException _) {
        // not there
      }
    }
    return "";
  }
}
