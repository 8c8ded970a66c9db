package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.testing.Stage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `drover console`, and the program that opens a browser.
@Timeout(120)
final class ConsoleCommandTest {
  private final Stage stage = new Stage();
  private final StageServer host = new StageServer(stage);
  private final TestShell shell = new TestShell();
  private Endpoint server =
      new Endpoint(URI.create("http://x"), StageServer.KEY, () -> {}, () -> {});

  @BeforeEach
  void open() {
    server = host.serve(Map.of());
  }

  @AfterEach
  void close() {
    server.close();
    stage.close();
  }

  private String printed(String... args) {
    assertThat(shell.run(host, args)).as(shell.err()).isZero();
    return shell.out().strip();
  }

  /// Logs in as the page of the console does.
  private int login(String url) throws Exception {
    var code = url.substring(url.indexOf("#code=") + "#code=".length());
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(server.url().resolve("/console/login"))
              .header("x-drover-console", "1")
              .header("sec-fetch-site", "same-origin")
              .POST(BodyPublishers.ofString(Json.obj("code", code).toString()))
              .build();
      return http.send(request, BodyHandlers.ofString()).statusCode();
    }
  }

  @Test
  void theLinkLogsABrowserInOnce() throws Exception {
    var url = printed("console");
    assertThat(url).startsWith(server.url() + "/console#code=");
    assertThat(shell.err()).isEmpty();
    assertThat(login(url)).isEqualTo(200);
    assertThat(login(url)).isEqualTo(401);
  }

  @Test
  void programsGetItAsJson() throws Exception {
    var json = (Json.Obj) Json.trusted(printed("console", "--json"));
    assertThat(json.text("type")).isEqualTo("console_link");
    assertThat(login(String.valueOf(json.text("url")))).isEqualTo(200);
  }

  @Test
  void overSshTheTunnelIsExplained() {
    shell.variables.put("SSH_CONNECTION", "10.0.0.9 50000 10.0.0.2 2222");
    shell.variables.put("USER", "ada");
    printed("console");
    int port = server.url().getPort();
    assertThat(shell.err())
        .contains("ssh -N -p 2222 -L %1$d:127.0.0.1:%1$d ada@10.0.0.2".formatted(port));
  }

  /// A program in place of the browser, which copies the page that it is to open.
  private Path browser(Path directory) throws IOException {
    var copy = directory.resolve("copy.html");
    var program = Files.createDirectories(directory.resolve("bin")).resolve("xdg-open");
    Files.writeString(
        program,
        "#!/bin/sh\n"
            + "env > '%1$s.env'\nprintf '%%s' \"$1\" > '%1$s.name'\n".formatted(copy)
            + "cp \"$1\" '%1$s.new' && mv '%1$s.new' '%1$s'\n".formatted(copy));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    shell.variables.put("PATH", program.getParent() + ":/usr/bin:/bin");
    shell.variables.put("XDG_RUNTIME_DIR", directory.toString());
    shell.variables.put("DISPLAY", ":0");
    shell.variables.put("DROVER_API_KEY", StageServer.KEY.reveal());
    shell.terminal = true;
    return copy;
  }

  @Test
  void theBrowserGetsTheLinkInAFileOfTheUserAndNotAsAnArgument(@TempDir Path directory)
      throws Exception {
    var copy = browser(directory);
    var url = printed("console");
    await().until(() -> Files.exists(copy));
    assertThat(Files.readString(copy)).contains("content=\"0;url=" + url + "\"");
    var name = Path.of(Files.readString(Path.of(copy + ".name")));
    assertThat(name.toString()).doesNotContain("code");
    assertThat(Files.getPosixFilePermissions(name))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(Path.of(copy + ".env"))).doesNotContain("DROVER", "sk-drover");
    assertThat(login(url)).isEqualTo(200);
  }

  @Test
  void noBrowserIsOpenedIfTheLinkIsToBePrinted(@TempDir Path directory) throws Exception {
    browser(directory);
    printed("console", "--print");
    shell.variables.put("SSH_CONNECTION", "10.0.0.9 50000 10.0.0.2 22");
    printed("console");
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("bin");
    }
  }

  @Test
  void aServerWithoutTheRouteIsRefusedInWords() {
    shell.variables.put("DROVER_API_KEY", "wrong");
    assertThat(shell.run(host, "console")).isEqualTo(1);
    assertThat(shell.err()).contains("Authentication failed", "DROVER_API_KEY");
  }

  @Test
  void theServerOpensTheConsoleIfItIsAsked(@TempDir Path directory) throws Exception {
    var copy = browser(directory);
    ConsoleCommand.open(shell.shell(), server);
    await().until(() -> Files.exists(copy));
    var line = shell.err().lines().findFirst().orElseThrow();
    var url = line.substring(line.indexOf("http"));
    assertThat(Files.readString(copy)).contains(url);
    assertThat(login(url)).isEqualTo(200);
  }
}
