package dev.drover.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Web servers on loopback, one with TLS, for all names of the tests: pages, a package index, a
/// registry of modules, and a repository of git.
final class LocalWeb implements AutoCloseable {
  static final List<String> NAMES =
      List.of("api.example", "pypi.example", "registry.example", "git.example");
  private static final String PASSWORD = "changeit";

  private final HttpServer plain;
  private final HttpsServer tls;
  private final Path directory;
  private final Map<String, byte[]> pages = new ConcurrentHashMap<>();

  /// The requests that arrived: headers and body.
  final Queue<String> received = new ConcurrentLinkedQueue<>();

  /// The password of the user `x` for the repository `private.git`.
  static final String GIT_PASSWORD = "canary-of-git+/=";

  LocalWeb(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
    this.directory = directory;
    var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    plain = HttpServer.create(address, 500);
    tls = HttpsServer.create(address, 500);
    tls.setHttpsConfigurator(new HttpsConfigurator(context()));
    for (var server : List.of(plain, tls)) {
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", this::serve);
      server.start();
    }
    page("api.example/hello", "hello from " + "api.example");
    python();
    node();
    git();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      received.add(exchange.getRequestHeaders().entrySet() + " " + body);
      var host = String.valueOf(exchange.getRequestHeaders().getFirst("host"));
      var page = pages.get(host + exchange.getRequestURI().getPath());
      if (exchange.getRequestURI().getPath().startsWith("/private.git") && !isMember(exchange)) {
        exchange.getResponseHeaders().add("www-authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      var type =
          exchange.getRequestURI().getPath().startsWith("/simple/") ? "text/html" : "text/plain";
      exchange.getResponseHeaders().add("content-type", type);
      exchange.sendResponseHeaders(
          page == null ? 404 : 200, page == null || page.length == 0 ? -1 : page.length);
      if (page != null && page.length > 0) {
        exchange.getResponseBody().write(page);
      }
    }
  }

  private static boolean isMember(HttpExchange exchange) {
    var member = ("x:" + GIT_PASSWORD).getBytes(StandardCharsets.UTF_8);
    return ("Basic " + Base64.getEncoder().encodeToString(member))
        .equals(exchange.getRequestHeaders().getFirst("authorization"));
  }

  private void page(String path, String content) {
    pages.put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  private SSLContext context() throws IOException, InterruptedException, GeneralSecurityException {
    var names = "san=dns:" + String.join(",dns:", NAMES);
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        "key",
        "-keyalg",
        "EC",
        "-dname",
        "CN=tests",
        "-ext",
        names,
        "-ext",
        "bc=ca:true",
        "-validity",
        "30",
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD,
        "-keystore",
        directory.resolve("keys.p12").toString());
    var store =
        KeyStore.getInstance(directory.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("key", store.getCertificate("key"));
    try (var out = Files.newOutputStream(directory.resolve("trusted.p12"))) {
      trusted.store(out, PASSWORD.toCharArray());
    }
    Files.writeString(
        directory.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(store.getCertificate("key").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private void run(String... command) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(List.of(command) + " failed");
    }
  }

  private void python() throws IOException {
    var wheel = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(wheel)) {
      var info = "tiny-1.0.dist-info/";
      for (var file :
          List.of(
              List.of("tiny.py", "WORD = 'tiny python'\n"),
              List.of(info + "METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"),
              List.of(
                  info + "WHEEL",
                  "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
              List.of(
                  info + "RECORD",
                  "tiny.py,,\n"
                      + info
                      + "METADATA,,\n"
                      + info
                      + "WHEEL,,\n"
                      + info
                      + "RECORD,,\n"))) {
        zip.putNextEntry(new ZipEntry(file.get(0)));
        zip.write(file.get(1).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    page(
        "pypi.example/simple/tiny/",
        "<!DOCTYPE html><a"
            + " href=\"/files/tiny-1.0-py3-none-any.whl\">tiny-1.0-py3-none-any.whl</a>");
    pages.put("pypi.example/files/tiny-1.0-py3-none-any.whl", wheel.toByteArray());
  }

  private void node() throws IOException, GeneralSecurityException {
    var archive = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(archive))) {
      for (var file :
          List.of(
              List.of("package/package.json", "{\"name\":\"tiny\",\"version\":\"1.0.0\"}"),
              List.of("package/index.js", "module.exports = 'tiny node'\n"))) {
        var content = file.get(1).getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(file.get(0));
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    var sum =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(archive.toByteArray()));
    page(
        "registry.example/tiny",
        """
        {"name": "tiny", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {
          "name": "tiny", "version": "1.0.0", "dist": {
            "tarball": "https://registry.example/tiny/-/tiny-1.0.0.tgz", "shasum": "%s"}}}}
        """
            .formatted(sum));
    pages.put("registry.example/tiny/-/tiny-1.0.0.tgz", archive.toByteArray());
  }

  /// Served as files, which git can clone from any web server.
  private void git() throws IOException, InterruptedException {
    run("git", "init", "-q", "-b", "main", "work");
    Files.writeString(directory.resolve("work/file"), "from git\n");
    run("git", "-C", "work", "add", "file");
    run("git", "-C", "work", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "One");
    run("git", "clone", "-q", "--bare", "work", "repository.git");
    run("git", "-C", "repository.git", "update-server-info");
    var root = directory.resolve("repository.git");
    try (var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        for (var name : List.of("repository", "private")) {
          var path = "git.example/" + name + ".git/" + root.relativize(file);
          pages.put(path, Files.readAllBytes(file));
        }
      }
    }
  }

  /// The address of the server for a port of the web.
  InetSocketAddress server(InetSocketAddress asked) {
    return switch (asked.getPort()) {
      case 80 -> plain.getAddress();
      case 443 -> tls.getAddress();
      default -> asked;
    };
  }

  int plainPort() {
    return plain.getAddress().getPort();
  }

  byte[] file(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name));
  }

  @Override
  public void close() {
    plain.stop(0);
    tls.stop(0);
  }
}
