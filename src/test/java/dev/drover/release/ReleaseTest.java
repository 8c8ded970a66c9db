package dev.drover.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The archive and the Debian package of `scripts/release`, on a PATH without Java.
@Timeout(600)
@Tag("proof")
@Tag("sandbox")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReleaseTest {
  private static final Pattern STAMP =
      Pattern.compile("<project.build.outputTimestamp>(.{10})T00:00:00Z<");
  private static final String LISTENING = "drover listening on ";

  /// All that is on the PATH.
  private static final List<String> NEEDED =
      List.of("bash", "env", "basename", "dirname", "readlink", "mktemp", "mv", "rm", "bwrap");

  private Path out;
  private Path path;
  private Path home;

  @BeforeAll
  void makeAndUnpack(@TempDir Path directory) throws Exception {
    out = directory.resolve("out");
    path = Files.createDirectory(directory.resolve("path"));
    run(Map.of("GZIP_LEVEL", "1"), "scripts/release", "--built", out.toString(), "archive", "deb");
    run(Map.of(), "tar", "-xzf", file(".tar.gz").toString(), "-C", directory.toString());
    home = only(directory, "drover-");
    for (var program : NEEDED) {
      Files.createSymbolicLink(path.resolve(program), which(program));
    }
  }

  private static Path which(String program) {
    return Stream.of("/usr/bin", "/bin", "/usr/sbin", "/sbin")
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static Path only(Path directory, String part) throws IOException {
    try (var files = Files.list(directory)) {
      var found = files.filter(file -> file.getFileName().toString().contains(part)).toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }
  }

  private Path file(String end) throws IOException {
    return only(out, end);
  }

  private static String run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    var process = builder.start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + said).isZero();
    return said;
  }

  /// The installed program, as it starts where nothing else is known.
  private ProcessBuilder drover(Path data, String verb, String... words) {
    var builder = new ProcessBuilder(home.resolve("bin/drover").toString(), verb);
    builder.command().addAll(List.of("--data", data.toString()));
    builder.command().addAll(List.of(words));
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", path.toString(), "HOME", data.toString()));
    return builder.redirectInput(Path.of("/dev/null").toFile());
  }

  @Test
  void aTaskRunsInASandbox(@TempDir Path data) throws Exception {
    var process = drover(data, "run", "$ echo $((6 * 7)) from $(uname -n)").start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said + errors).isZero();
    assertThat(said).contains("42 from hand");
  }

  @Test
  void itServesOnItsOwnRuntime(@TempDir Path data) throws Exception {
    var log = data.resolve("log").toFile();
    var process = drover(data, "serve", "--port", "0").redirectError(log).start();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      var line = lines.readLine();
      assertThat(line).as(Files.readString(log.toPath())).startsWith(LISTENING);
      assertThat(Path.of("/proc/" + process.pid() + "/exe").toRealPath())
          .isEqualTo(home.toRealPath().resolve("runtime/bin/java"));
      var health = URI.create(line.substring(LISTENING.length()) + "/healthz");
      try (var client = HttpClient.newHttpClient()) {
        var answer = client.send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
      }
      process.destroy();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theJarHasTheProgramOfBothArchitectures() throws Exception {
    try (var jar = new JarFile(home.resolve("app/drover.jar").toFile())) {
      for (var name : List.of("x86_64", "aarch64")) {
        var entry = jar.getEntry("dev/drover/hands/bwrap/hand-" + name);
        assertThat(entry).as(name).isNotNull();
        byte[] head = jar.getInputStream(entry).readNBytes(20);
        assertThat(head[18]).isEqualTo((byte) (name.equals("x86_64") ? 62 : 183)); // e_machine
      }
    }
  }

  @Test
  void checksumsHoldAndTimesAreThoseOfTheProject() throws Exception {
    run(Map.of(), "bash", "-c", "cd " + out + " && sha256sum -c SHA256SUMS");
    assertThat(Files.readAllLines(out.resolve("SHA256SUMS"))).hasSize(2);
    var archive =
        run(Map.of("TZ", "UTC"), "tar", "-tzvf", file(".tar.gz").toString(), "--full-time");
    var stamp = STAMP.matcher(Files.readString(Path.of("pom.xml")));
    assertThat(stamp.find()).isTrue();
    assertThat(archive.lines().toList())
        .allMatch(line -> line.contains(stamp.group(1) + " 00:00:00"));
  }

  @Test
  void thePackageBringsAServiceThatLeavesCommandsRunning(@TempDir Path root) throws Exception {
    var deb = file(".deb").toString();
    run(Map.of(), "dpkg-deb", "--extract", deb, root.toString());
    assertThat(Files.readString(root.resolve("usr/lib/systemd/system/drover.service")))
        .contains("KillMode=process\n", "Delegate=yes\n", "User=drover\n")
        .contains("ExecStart=/usr/lib/drover/bin/drover serve --data /var/lib/drover\n")
        .contains("ExecReload=/bin/kill -HUP $MAINPID\n");
    assertThat(root.resolve("usr/lib/drover/runtime/bin/java")).isExecutable();
    assertThat(root.resolve("usr/bin/drover").toRealPath())
        .isEqualTo(root.toRealPath().resolve("usr/lib/drover/bin/drover"));
    assertThat(run(Map.of(), "dpkg-deb", "--field", deb, "Depends"))
        .contains("bubblewrap", "e2fsprogs");
  }

  @Test
  void noScriptOfThePackageRemovesData(@TempDir Path control) throws Exception {
    run(Map.of(), "dpkg-deb", "--control", file(".deb").toString(), control.toString());
    for (var name : List.of("postinst", "prerm", "postrm")) {
      var script = Files.readString(control.resolve(name));
      assertThat(script.lines().filter(line -> line.contains("rm ")))
          .as(name)
          .noneMatch(line -> line.contains("/var/lib/drover"));
      run(Map.of(), "sh", "-n", control.resolve(name).toString());
    }
    assertThat(Files.readString(control.resolve("conffiles"))).contains("/etc/default/drover");
  }
}
