package dev.drover.gateway;

import dev.drover.http.HostName;
import dev.drover.http.Unreachable;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The hosts from which the package managers of this machine install: those of the operator's
/// settings, or else those in their configuration, and those that are built into them, which apply
/// in sandboxes. Only files are read. Safe for many threads.
public final class PackageHosts {
  private static final int LONGEST = 512 * 1024;

  /// The files of a package manager, and what precedes a URL or a host there.
  ///
  /// @param files below the root, with `*` for parts of names
  private record Source(String manager, Pattern value, List<String> files) {}

  private static final Pattern URL = Pattern.compile("(https?://[^\\s'\",|)]+)");

  private static final List<Source> SOURCES =
      List.of(
          new Source(
              "pip",
              Pattern.compile("(?m)^\\s*(?:extra-)?index-url\\s*=\\s*(\\S+)"),
              List.of("etc/pip.conf", "etc/xdg/pip/pip.conf")),
          new Source(
              "pip",
              Pattern.compile("(?m)^PyPI = PackageIndex\\(\\s*\"(https?://[^\"]+)\""),
              List.of(
                  "usr/lib/python3/dist-packages/pip/_internal/models/index.py",
                  "usr/lib/python3*/site-packages/pip/_internal/models/index.py",
                  "usr/local/lib/python3*/*-packages/pip/_internal/models/index.py")),
          new Source(
              "pip",
              Pattern.compile("(?m)^PyPI = PackageIndex\\([^)]*file_storage_domain=\"([^\"]+)\""),
              List.of(
                  "usr/lib/python3/dist-packages/pip/_internal/models/index.py",
                  "usr/lib/python3*/site-packages/pip/_internal/models/index.py",
                  "usr/local/lib/python3*/*-packages/pip/_internal/models/index.py")),
          new Source(
              "npm",
              Pattern.compile("(?m)^\\s*(?:@[^:\\s]+:)?registry\\s*=\\s*(\\S+)"),
              List.of("etc/npmrc", "usr/etc/npmrc", "usr/local/etc/npmrc")),
          new Source(
              "npm",
              Pattern.compile("(?m)^\\s*default: '(https?://[^']+)',$"),
              List.of(
                  "usr/lib/node_modules/npm/node_modules/@npmcli/config/lib/definitions/definitions.js",
                  "usr/local/lib/node_modules/npm/node_modules/@npmcli/config/lib/definitions/definitions.js",
                  "usr/share/nodejs/@npmcli/config/lib/definitions/definitions.js")),
          new Source(
              "apt",
              Pattern.compile(
                  "(?m)^\\s*(?:deb\\s+(?:\\[[^\\]]*\\]\\s+)?|URIs:\\s*)(https?://\\S+)"),
              List.of(
                  "etc/apt/sources.list",
                  "etc/apt/sources.list.d/*.list",
                  "etc/apt/sources.list.d/*.sources")),
          new Source(
              "apt",
              Pattern.compile("(?m)^\\s*(https?://\\S+)"),
              List.of("etc/apt/mirrors/*.list")),
          new Source(
              "go",
              Pattern.compile("(?m)^GO(?:PROXY|SUMDB)=(\\S+)"),
              List.of("usr/lib/go-*/go.env", "usr/lib/go/go.env", "usr/local/go/go.env")),
          new Source(
              "go",
              Pattern.compile("(?m)envOr\\(\"GO(?:PROXY|SUMDB)\", \"([^\"]+)\"\\)"),
              List.of(
                  "usr/share/go-*/src/cmd/go/internal/cfg/cfg.go",
                  "usr/lib/go-*/src/cmd/go/internal/cfg/cfg.go",
                  "usr/local/go/src/cmd/go/internal/cfg/cfg.go")),
          new Source(
              "gem",
              Pattern.compile("(?m)^\\s*-\\s*[\"']?(https?://[^\\s\"']+)"),
              List.of("etc/gemrc")),
          new Source(
              "gem",
              Pattern.compile("index_uri\\.host = \"([^\"]+)\""),
              List.of(
                  "usr/lib/ruby/vendor_ruby/rubygems/source.rb",
                  "usr/lib/ruby/*/rubygems/source.rb")),
          new Source(
              "gem",
              Pattern.compile("DEFAULT_HOST = \"(https?://[^\"]+)\""),
              List.of("usr/lib/ruby/vendor_ruby/rubygems.rb", "usr/lib/ruby/*/rubygems.rb")));

  /// Compiled into cargo, so that no file names them: the index of crates, and where they are.
  private static final List<String> CARGO_HOSTS = List.of("index.crates.io", "static.crates.io");

  private static final List<String> CARGO_PROGRAMS =
      List.of("usr/local/bin/cargo", "usr/bin/cargo");

  private static final List<String> PIP_FILES = List.of("etc/pip.conf", "etc/xdg/pip/pip.conf");

  private final Path root;
  private final PackageSettings settings;
  private final AtomicReference<@Nullable Map<String, List<String>>> found =
      new AtomicReference<>();

  /// @param root of the file system
  public PackageHosts(Path root, PackageSettings settings) {
    this.root = root;
    this.settings = settings;
  }

  /// All hosts.
  public List<String> all() {
    return byManager().values().stream().flatMap(List::stream).distinct().toList();
  }

  /// The hosts of some package managers.
  public List<String> of(Set<String> managers) {
    return byManager().entrySet().stream()
        .filter(of -> managers.contains(of.getKey()))
        .flatMap(of -> of.getValue().stream())
        .distinct()
        .toList();
  }

  /// The hosts of each package manager that was found. They are read once.
  public Map<String, List<String>> byManager() {
    var known = found.get();
    if (known == null) {
      known = read();
      found.set(known);
    }
    return known;
  }

  private Map<String, List<String>> read() {
    var all = new TreeMap<String, Set<String>>();
    for (var source : SOURCES) {
      for (var pattern : source.files()) {
        matching(root, pattern).forEach(file -> read(source, file, all));
      }
    }
    if (CARGO_PROGRAMS.stream().anyMatch(program -> Files.exists(root.resolve(program)))) {
      all.put("cargo", new TreeSet<>(CARGO_HOSTS));
    }
    var lists = new TreeMap<String, List<String>>();
    all.forEach((manager, hosts) -> lists.put(manager, List.copyOf(hosts)));
    if (settings.aptSources().isPresent()) {
      lists.put("apt", aptHosts());
    }
    settings
        .mirrors()
        .forEach((manager, url) -> lists.put(manager, List.copyOf(host(url.toString()).toList())));
    var sumdb = sumdbHosts();
    if (!sumdb.isEmpty()) {
      lists.merge("go", sumdb, PackageHosts::concat);
    }
    return lists;
  }

  private static List<String> concat(List<String> hosts, List<String> more) {
    return Stream.concat(hosts.stream(), more.stream()).distinct().toList();
  }

  /// The URLs in the operator's file of sources of apt.
  private List<String> aptUrls() {
    return settings.aptSources().stream()
        .flatMap(file -> text(file).lines())
        .filter(line -> !line.startsWith("#"))
        .flatMap(line -> URL.matcher(line).results())
        .map(url -> url.group(1))
        .toList();
  }

  private List<String> aptHosts() {
    return aptUrls().stream().flatMap(PackageHosts::host).distinct().toList();
  }

  /// The host of the database of checksums, which its name is, unless it has a URL.
  private List<String> sumdbHosts() {
    return settings.goSumdb().stream()
        .map(text -> text.substring(text.indexOf(' ') + 1))
        .map(text -> text.startsWith("http") ? text : text.replaceFirst("\\+.*", ""))
        .flatMap(PackageHosts::host)
        .toList();
  }

  /// The hosts of the mirrors.
  List<String> mirrors() {
    var mirrors = settings.mirrors().values().stream().flatMap(url -> host(url.toString()));
    return concat(concat(mirrors.toList(), aptHosts()), sumdbHosts());
  }

  /// The ports of the mirrors, which package managers may use besides the usual ones.
  public Set<Integer> ports() {
    return Stream.concat(
            settings.mirrors().values().stream(), aptUrls().stream().flatMap(PackageHosts::url))
        .map(URI::getPort)
        .filter(port -> port > 0)
        .collect(Collectors.toUnmodifiableSet());
  }

  /// The URL that a setting of the machine's pip has; empty if there is none that agents may see.
  static Optional<String> pip(Path root, String setting) {
    var pattern = Pattern.compile("(?m)^\\s*" + Pattern.quote(setting) + "\\s*=\\s*(\\S+)\\s*$");
    return first(root, pattern, PIP_FILES);
  }

  /// The registry of the machine's npm if its file is not visible in sandboxes.
  static Optional<String> npm(Path root) {
    return first(
        root, Pattern.compile("(?m)^\\s*registry\\s*=\\s*(\\S+)\\s*$"), List.of("etc/npmrc"));
  }

  /// The sources of the machine's gem that agents may see.
  static List<String> gem(Path root) {
    var pattern = Pattern.compile("(?m)^\\s*-\\s*[\"']?(https?://[^\\s\"']+)");
    return pattern
        .matcher(text(root.resolve("etc/gemrc")))
        .results()
        .map(found -> found.group(1))
        .filter(PackageHosts::isPublic)
        .toList();
  }

  private static Optional<String> first(Path root, Pattern pattern, List<String> files) {
    return files.stream()
        .flatMap(file -> pattern.matcher(text(root.resolve(file))).results())
        .map(found -> found.group(1))
        .filter(PackageHosts::isPublic)
        .findFirst();
  }

  /// Whether a URL has a host and neither credentials nor a query that may contain some.
  private static boolean isPublic(String text) {
    try {
      var url = new URI(text);
      return URL.matcher(text).matches()
          && url.getHost() != null
          && url.getRawUserInfo() == null
          && url.getRawQuery() == null;
    } catch (URISyntaxException _) {
      return false;
    }
  }

  private static void read(Source source, Path file, Map<String, Set<String>> into) {
    var values = source.value().matcher(text(file));
    while (values.find()) {
      for (var value : values.group(1).split("[,|]", -1)) {
        host(value)
            .forEach(
                host -> into.computeIfAbsent(source.manager(), _ -> new TreeSet<>()).add(host));
      }
    }
  }

  private static Stream<URI> url(String value) {
    try {
      var url = new URI(value);
      return url.getHost() == null ? Stream.empty() : Stream.of(url);
    } catch (URISyntaxException _) {
      return Stream.empty();
    }
  }

  private static Stream<String> host(String value) {
    try {
      if (URL.matcher(value).matches()) {
        var url = url(value).findFirst();
        return url.isEmpty() ? Stream.empty() : Stream.of(HostName.of(url.get().getHost()).text());
      }
      return value.contains(".") ? Stream.of(HostName.of(value).text()) : Stream.empty();
    } catch (Unreachable _) {
      return Stream.empty();
    }
  }

  private static String text(Path file) {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return ""; // another manager, or another version
    }
  }

  /// The files of a pattern that exist.
  private static List<Path> matching(Path directory, String pattern) {
    int slash = pattern.indexOf('/');
    var name = slash < 0 ? pattern : pattern.substring(0, slash);
    var next = name.contains("*") ? listed(directory, name) : List.of(directory.resolve(name));
    if (slash < 0) {
      return next.stream().filter(Files::isRegularFile).toList();
    }
    return next.stream()
        .filter(Files::isDirectory)
        .flatMap(one -> matching(one, pattern.substring(slash + 1)).stream())
        .toList();
  }

  private static List<Path> listed(Path directory, String glob) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (var entries = Files.newDirectoryStream(directory, glob)) {
      return Stream.iterate(entries.iterator(), it -> it.hasNext(), it -> it)
          .map(it -> it.next())
          .limit(100)
          .sorted()
          .toList();
    } catch (IOException _) {
      return List.of();
    }
  }
}
