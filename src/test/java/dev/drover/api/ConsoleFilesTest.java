package dev.drover.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.RawHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The files of the console, from a directory.
final class ConsoleFilesTest {
  private static final String INDEX = "<!doctype html><title>Drover</title>";
  private static final String SCRIPT = "export const answer = 42;\n".repeat(50);

  private final Api api = new Api();
  private Server server = api.server;

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    var files = Files.createDirectories(directory.resolve("console/assets"));
    Files.writeString(directory.resolve("secret.txt"), "secret");
    Files.writeString(directory.resolve("console/index.html"), INDEX);
    Files.writeString(directory.resolve("console/.hidden.js"), "secret");
    Files.writeString(directory.resolve("console/tool.sh"), "secret");
    Files.write(files.resolve("main-ABCD1234.js.gz"), FastGzip.of(bytes(SCRIPT)));
    Files.writeString(files.resolve("style.css"), "body {}");
    var console = new ConsoleSettings(true, List.of(), Optional.of(directory.resolve("console")));
    var settings = new Server.Settings("127.0.0.1", 0, List.of(Api.ACCESS), Server.Settings.PING);
    server = new Server(settings.with(console), api.backend);
  }

  @AfterEach
  void stop() {
    server.close();
    api.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private RawHttp.Answer get(String path, String... headers) throws IOException {
    return send("GET", path, headers);
  }

  private RawHttp.Answer send(String method, String path, String... headers) throws IOException {
    var head = method + " " + path + " HTTP/1.1\r\nhost: localhost\r\n";
    var more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return new RawHttp(URI.create(server.url())).send(bytes(head + more + "\r\n"), false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console",
        "/console/",
        "/console/inbox",
        "/console/sessions/sesn_01abc",
        "/console/agents/a/versions/2",
        "/console/sessions/sesn_1?event=sevt_1.2",
        "/console/index.html"
      })
  void everyPageIsTheIndexWhichIsNeverCached(String path) throws IOException {
    var page = get(path);
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body()).isEqualTo(INDEX);
    assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(page.header("cache-control")).isEqualTo("no-store");
    assertThat(page.header("content-security-policy")).contains("trusted-types 'none'");
  }

  @Test
  void aFileWhoseNameHasItsHashIsCachedForever() throws IOException {
    var plain = get("/console/assets/main-ABCD1234.js");
    assertThat(plain.status()).isEqualTo(200);
    assertThat(plain.body()).isEqualTo(SCRIPT);
    assertThat(plain.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(plain.header("cache-control")).contains("immutable");
    assertThat(plain.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(plain.header("content-encoding")).isEmpty();
    assertThat(plain.header("vary")).isEqualTo("accept-encoding");
  }

  @Test
  void whatIsCompressedIsSentSoIfTheBrowserAcceptsIt() throws IOException {
    var path = "/console/assets/main-ABCD1234.js";
    for (var accepts : List.of("gzip", "br, gzip;q=0.5", "GZIP")) {
      var packed = get(path, "accept-encoding: " + accepts);
      assertThat(packed.header("content-encoding")).isEqualTo("gzip");
      assertThat(Integer.parseInt(packed.header("content-length"))).isLessThan(SCRIPT.length());
      assertThat(packed.header("content-type")).startsWith("text/javascript");
    }
    for (var accepts : List.of("gzip;q=0", "br", "identity", "gzip;q=0.000")) {
      assertThat(get(path, "accept-encoding: " + accepts).body()).isEqualTo(SCRIPT);
    }
    assertThat(get("/console/assets/style.css", "accept-encoding: gzip").body())
        .isEqualTo("body {}");
  }

  @Test
  void whatTheBrowserHasIsNotSentAgain() throws IOException {
    var path = "/console/assets/style.css";
    var first = get(path);
    assertThat(first.header("cache-control")).isEqualTo("no-cache");
    var tag = first.header("etag");
    assertThat(tag).matches("\"[0-9a-f]{32}\"");
    var again = get(path, "if-none-match: " + tag);
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(get(path, "if-none-match: \"other\"").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/../secret.txt",
        "/console/%2e%2e/secret.txt",
        "/console/..%2Fsecret.txt",
        "/console/assets/../../secret.txt",
        "/console//etc/passwd.txt",
        "/console/%2Fetc%2Fpasswd.txt",
        "/console/..\\secret.txt",
        "/console/.hidden.js",
        "/console/tool.sh",
        "/console/assets/main-ABCD1234.js.gz",
        "/console/none.js",
        "/console/a/b/c/d/e/f/g/h/i.js",
        "/console/assets.js/",
        "/console/assets%00.js"
      })
  void nothingElseIsServed(String path) throws IOException {
    var answer = get(path);
    assertThat(answer.body()).doesNotContain("secret");
    if (!answer.body().equals(INDEX)) {
      assertThat(answer.status()).isIn(400, 404);
    }
  }

  @Test
  void otherMethodsAreRefused() throws IOException {
    assertThat(send("POST", "/console").status()).isEqualTo(405);
    var head = send("HEAD", "/console");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("content-length")).isEqualTo("" + INDEX.length());
  }

  @Test
  void aServerWithoutTheFilesSaysSo(@TempDir Path empty) throws IOException {
    var console = new ConsoleSettings(true, List.of(), Optional.of(empty));
    var settings = new Server.Settings("127.0.0.1", 0, List.of(Api.ACCESS), Server.Settings.PING);
    try (var without = new Server(settings.with(console), api.backend)) {
      var request = "GET /console/inbox HTTP/1.1\r\nhost: localhost\r\n\r\n";
      var page = new RawHttp(URI.create(without.url())).send(bytes(request), false);
      assertThat(page.status()).isEqualTo(404);
      assertThat(page.header("content-type")).startsWith("text/plain");
      assertThat(page.body()).contains("without the files of the console");
    }
  }
}
