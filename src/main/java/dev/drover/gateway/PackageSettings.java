package dev.drover.gateway;

import dev.drover.settings.Section;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The mirrors from which package managers in sandboxes install, instead of those with which the
/// machine's are configured. None has credentials in its URL.
///
/// @param mirrors the URL of the package index of each package manager
public record PackageSettings(Map<String, URI> mirrors) {
  /// The package managers of the machine decide.
  public static final PackageSettings NONE = new PackageSettings(Map.of());

  public PackageSettings {
    mirrors = Map.copyOf(mirrors);
  }

  /// @param section `packages` of the settings
  public static PackageSettings read(Section section) {
    var mirrors = new LinkedHashMap<String, URI>();
    mirror(section, "pip_index").ifPresent(url -> mirrors.put("pip", url));
    mirror(section, "npm_registry").ifPresent(url -> mirrors.put("npm", url));
    return new PackageSettings(mirrors);
  }

  /// A query could contain a token, and agents can read the URL.
  private static Optional<URI> mirror(Section section, String name) {
    var url = section.url(name);
    if (url.isPresent() && url.get().getRawQuery() != null) {
      throw section.problem(name, "must be a URL without a query");
    }
    return url;
  }
}
