package dev.drover.gateway;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The environment variables that configure the package managers in sandboxes as the operator's
/// settings, or else the machine's own configuration, say. URLs with credentials are left out,
/// since agents can read the variables.
public final class PackageVariables {
  private PackageVariables() {}

  /// @param root of the machine's file system
  public static Map<String, String> of(PackageSettings settings, Path root) {
    var variables = new LinkedHashMap<String, String>();
    pip(settings, root, variables);
    npm(settings, root, variables);
    var mirrors = settings.mirrors();
    if (mirrors.containsKey("cargo")) {
      variables.put("CARGO_REGISTRIES_MIRROR_INDEX", "sparse+" + mirrors.get("cargo") + "/");
      variables.put("CARGO_REGISTRY_DEFAULT", "mirror");
    }
    if (mirrors.containsKey("go")) {
      variables.put("GOPROXY", String.valueOf(mirrors.get("go")));
    }
    settings.goSumdb().ifPresent(name -> variables.put("GOSUMDB", name));
    return variables;
  }

  /// The files of `/etc` that do the same for package managers without such variables, by name.
  ///
  /// @param root of the machine's file system
  public static Map<String, String> files(PackageSettings settings, Path root) {
    var mirror = Optional.ofNullable(settings.mirrors().get("gem")).map(URI::toString);
    var sources = mirror.map(List::of).orElseGet(() -> PackageHosts.gem(root));
    if (sources.isEmpty()) {
      return Map.of();
    }
    var lines = sources.stream().map(url -> "- " + url + "\n").collect(Collectors.joining());
    return Map.of("gemrc", "gem: --no-document\n:sources:\n" + lines);
  }

  private static void pip(PackageSettings settings, Path root, Map<String, String> variables) {
    var mirror = Optional.ofNullable(settings.mirrors().get("pip"));
    var index = mirror.map(URI::toString).or(() -> PackageHosts.pip(root, "index-url"));
    index.ifPresent(url -> variables.put("PIP_INDEX_URL", url));
    var more =
        mirror.isPresent() ? Optional.<String>empty() : PackageHosts.pip(root, "extra-index-url");
    more.ifPresent(url -> variables.put("PIP_EXTRA_INDEX_URL", url));
    // pip installs from a server without TLS only if it is named, which the operator has done
    var trusted =
        Stream.concat(index.stream(), more.stream())
            .filter(url -> url.startsWith("http:"))
            .map(url -> URI.create(url).getAuthority())
            .distinct()
            .collect(Collectors.joining(" "));
    if (!trusted.isEmpty()) {
      variables.put("PIP_TRUSTED_HOST", trusted);
    }
  }

  /// The prefix of sandboxes is not the system's, so npm needs the path of the system's
  /// configuration.
  private static void npm(PackageSettings settings, Path root, Map<String, String> variables) {
    var prefix = Files.exists(root.resolve("usr/local/bin/node")) ? "usr/local" : "usr";
    if (Files.isRegularFile(root.resolve(prefix + "/etc/npmrc"))) {
      variables.put("npm_config_globalconfig", "/" + prefix + "/etc/npmrc");
    }
    Optional.ofNullable(settings.mirrors().get("npm"))
        .map(URI::toString)
        .or(() -> PackageHosts.npm(root))
        .ifPresent(url -> variables.put("npm_config_registry", url));
  }
}
