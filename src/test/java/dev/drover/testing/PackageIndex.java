package dev.drover.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A package index for pip, a registry for npm, a proxy of modules for go, an index of crates for
/// cargo, and other files, on loopback, under every name.
public final class PackageIndex implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, byte[]> pages = new ConcurrentHashMap<>();
  private final Map<String, String> moved = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  public PackageIndex() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 100);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::serve);
    server.start();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      var path = exchange.getRequestURI().getPath();
      asked.add(path);
      var page = pages.get(path);
      var type = path.startsWith("/simple/") ? "text/html" : "application/json";
      exchange.getResponseHeaders().add("content-type", type);
      if (moved.containsKey(path)) {
        exchange.getResponseHeaders().add("location", moved.get(path));
        exchange.sendResponseHeaders(302, -1);
        return;
      }
      boolean sends = page != null && !exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(page == null ? 404 : 200, sends ? page.length : -1);
      if (page != null && sends) {
        exchange.getResponseBody().write(page);
      }
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /// The URL for pip, on a host.
  public String simple(String host) {
    return "http://%s:%d/simple".formatted(host, port());
  }

  /// The URL for npm, on a host.
  public String registry(String host) {
    return "http://%s:%d/".formatted(host, port());
  }

  /// The paths of all requests so far.
  public List<String> asked() {
    return List.copyOf(asked);
  }

  /// Adds a wheel with one module, and a program of the same name that prints its `WORD`.
  ///
  /// @param word what it says
  public void wheel(String name, String version, String word) {
    var info = "%s-%s.dist-info/".formatted(name, version);
    var files = new TreeMap<String, String>();
    files.put(name + ".py", "WORD = '%s'\n\n\ndef main():\n    print(WORD)\n".formatted(word));
    files.put(
        info + "METADATA",
        "Metadata-Version: 2.1\nName: %s\nVersion: %s\n".formatted(name, version));
    files.put(
        info + "WHEEL",
        "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
    files.put(
        info + "entry_points.txt", "[console_scripts]\n%s-says = %s:main\n".formatted(name, name));
    var record = new StringBuilder();
    files.keySet().forEach(file -> record.append(file).append(",,\n"));
    files.put(info + "RECORD", record + info + "RECORD,,\n");
    var file = "%s-%s-py3-none-any.whl".formatted(name, version);
    pages.put("/files/" + file, zip(files));
    page(
        "/simple/" + name + "/",
        "<!DOCTYPE html><a href=\"/files/%s\">%s</a>".formatted(file, file));
  }

  /// Adds a source distribution whose build runs a script of Python.
  public void source(String name, String version, String setup) {
    var root = name + "-" + version + "/";
    var file = "%s-%s.tar.gz".formatted(name, version);
    pages.put("/files/" + file, tar(Map.of(root + "setup.py", setup)));
    page(
        "/simple/" + name + "/",
        "<!DOCTYPE html><a href=\"/files/%s\">%s</a>".formatted(file, file));
  }

  /// Adds a module with a program `NAME-says`.
  ///
  /// @param host as which npm knows this registry
  /// @param word what it exports and says
  /// @param scripts its scripts, such as `postinstall`
  public void module(String host, String name, String word, Map<String, String> scripts) {
    var all = new StringBuilder();
    scripts.forEach((event, command) -> all.append(",\"%s\":\"%s\"".formatted(event, command)));
    var archive =
        tar(
            Map.of(
                "package/package.json",
                """
                {"name":"%s","version":"1.0.0","bin":{"%s-says":"says.js"},"scripts":{"x":"x"%s}}\
                """
                    .formatted(name, name, all),
                "package/index.js",
                "module.exports = '%s'\n".formatted(word),
                "package/says.js",
                "#!/usr/bin/env node\nconsole.log(require('./index.js'))\n"));
    pages.put("/%s/-/%s-1.0.0.tgz".formatted(name, name), archive);
    page(
        "/" + name,
        """
        {"name": "%s", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {
          "name": "%s", "version": "1.0.0", "bin": {"%s-says": "says.js"},
          "hasInstallScript": %s, "dist": {
            "tarball": "%s%s/-/%s-1.0.0.tgz", "shasum": "%s"}}}}
        """
            .formatted(
                name,
                name,
                name,
                !scripts.isEmpty(),
                registry(host),
                name,
                name,
                digest("SHA-1", archive)));
  }

  /// The URL for go, on a host.
  public String modules(String host) {
    return "http://%s:%d/modules".formatted(host, port());
  }

  /// Adds a version of a module of Go, which is a program.
  ///
  /// @param main its source
  public void goModule(String module, String version, String main) {
    var at = "/modules/" + module + "/@v/";
    var info = "{\"Version\":\"%s\",\"Time\":\"2026-01-01T00:00:00Z\"}".formatted(version);
    var inside = module + "@" + version + "/";
    var mod = "module " + module + "\n";
    page(at + "list", version + "\n");
    page(at + version + ".info", info);
    page(at + version + ".mod", mod);
    pages.put(at + version + ".zip", zip(Map.of(inside + "go.mod", mod, inside + "main.go", main)));
  }

  /// The URL for cargo, on a host.
  public String crates(String host) {
    return "http://%s:%d/crates".formatted(host, port());
  }

  /// Adds a crate without dependencies, which is a program.
  ///
  /// @param host as which cargo knows this registry
  /// @param name with four characters or more
  /// @param main its source
  public void crate(String host, String name, String version, String main) {
    var root = name + "-" + version + "/";
    var manifest =
        "[package]\nname = \"%s\"\nversion = \"%s\"\nedition = \"2018\"\n".formatted(name, version);
    var archive = tar(Map.of(root + "Cargo.toml", manifest, root + "src/main.rs", main));
    pages.put("/crates/dl/%s/%s.crate".formatted(name, version), archive);
    page(
        "/crates/config.json",
        "{\"dl\":\"%s/dl/{crate}/{version}.crate\"}".formatted(crates(host)));
    page(
        "/crates/%s/%s/%s".formatted(name.substring(0, 2), name.substring(2, 4), name),
        """
        {"name":"%s","vers":"%s","deps":[],"cksum":"%s","features":{},"yanked":false}
        """
            .formatted(name, version, digest("SHA-256", archive)));
  }

  /// Answers requests of a path with a redirect.
  public void redirect(String path, String location) {
    moved.put(path, location);
  }

  /// Adds a file of any kind.
  public void file(String path, byte[] content) {
    pages.put(path, content);
  }

  private void page(String path, String content) {
    pages.put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] zip(Map<String, String> files) {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] tar(Map<String, String> files) {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (var file : new TreeMap<>(files).entrySet()) {
        var content = file.getValue().getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(file.getKey());
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String digest(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
