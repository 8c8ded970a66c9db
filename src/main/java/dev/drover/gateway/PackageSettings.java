package dev.drover.gateway;

import dev.drover.settings.Section;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The mirrors from which package managers in sandboxes install, instead of those with which the
/// machine's are configured. None has credentials in its URL.
///
/// @param mirrors the URL of the package index of each package manager
/// @param aptSources a file with the sources of apt
/// @param goSumdb the database of checksums of Go, as `GOSUMDB` has it
public record PackageSettings(
    Map<String, URI> mirrors, Optional<Path> aptSources, Optional<String> goSumdb) {
  /// The package managers of the machine decide.
  public static final PackageSettings NONE = new PackageSettings(Map.of());

  /// `off`, or a name with its key and perhaps a URL.
  private static final Pattern SUMDB =
      Pattern.compile("[A-Za-z0-9.+/=:-]{1,200}( https?://[^\\s?@]{1,200})?");

  public PackageSettings {
    mirrors = Map.copyOf(mirrors);
  }

  /// Settings of URLs alone.
  public PackageSettings(Map<String, URI> mirrors) {
    this(mirrors, Optional.empty(), Optional.empty());
  }

  /// @param section `packages` of the settings
  public static PackageSettings read(Section section) {
    var mirrors = new LinkedHashMap<String, URI>();
    mirror(section, "pip_index").ifPresent(url -> mirrors.put("pip", url));
    mirror(section, "npm_registry").ifPresent(url -> mirrors.put("npm", url));
    mirror(section, "cargo_index").ifPresent(url -> mirrors.put("cargo", url));
    mirror(section, "gem_source").ifPresent(url -> mirrors.put("gem", url));
    mirror(section, "go_proxy").ifPresent(url -> mirrors.put("go", url));
    var sumdb = section.text("go_sumdb");
    if (sumdb.isPresent() && !SUMDB.matcher(sumdb.get()).matches()) {
      throw section.problem("go_sumdb", "must be \"off\", or a name as in GOSUMDB");
    }
    return new PackageSettings(mirrors, sources(section), sumdb);
  }

  /// A query could contain a token, and agents can read the URL.
  private static Optional<URI> mirror(Section section, String name) {
    var url = section.url(name);
    if (url.isPresent() && url.get().getRawQuery() != null) {
      throw section.problem(name, "must be a URL without a query");
    }
    return url;
  }

  private static Optional<Path> sources(Section section) {
    var name = "apt_sources";
    var text = section.text(name);
    try {
      var file = text.map(Path::of);
      if (file.isPresent()
          && !(file.get().isAbsolute() && text.get().matches(".*\\.(list|sources)"))) {
        throw section.problem(
            name, "must be the absolute path of a file whose name ends with .list or .sources");
      }
      return file;
    } catch (InvalidPathException _) {
      throw section.problem(name, "is not the name of a file");
    }
  }
}
