package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.ChildJvm;
import dev.drover.testing.Programs;
import dev.drover.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The first session as the README and `docs/first-session.md` tell it, each way as it stands
/// there, against `drover serve`.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
@Tag("sdk")
final class ReadmeTest {
  /// What every way shows at the end: the host's name in the sandbox.
  private static final String RAN = "Linux hand";

  private static final Path README = Path.of("README.md");
  private static final Path FIRST_SESSION = Path.of("docs/first-session.md");

  @TempDir static Path directory;

  private ServerProcess server;
  private Map<String, String> environment;

  @BeforeAll
  void start() throws Exception {
    server =
        ServerProcess.start(
            directory.resolve("data"),
            directory.resolve("log").toFile(),
            Map.of("DROVER_REHEARSAL_FIRST_TOKEN_MS", "0"));
    environment = Programs.vendorsEnvironment(server);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /// The environment for the command line, which is made runnable as `./drover` in a directory.
  private Map<String, String> withDrover(Path directory) throws Exception {
    var drover = directory.resolve("drover");
    var java = String.join("' '", ChildJvm.command());
    Files.writeString(drover, "#!/bin/sh\nexec '%s' dev.drover.Main \"$@\"\n".formatted(java));
    Files.setPosixFilePermissions(drover, PosixFilePermissions.fromString("rwx------"));
    var finding = new HashMap<>(environment);
    finding.put("DROVER_URL", server.url().toString());
    finding.put("DROVER_API_KEY", ServerProcess.KEY);
    return finding;
  }

  @Test
  void onTheCommandLineThenWithFiles() throws Exception {
    var files = filesOf("cli");
    append(files, "after.sh", "On the command line", "Files on the command line", "bash");
    assertThat(Programs.run(files, withDrover(files), "bash", "-eu", "after.sh")).contains(RAN);
    assertIsChart(files);
  }

  @Test
  void withCurlThenWithFiles() throws Exception {
    var files = filesOf("curl");
    append(files, "after.sh", "With curl", "Files with curl", "bash");
    assertThat(Programs.run(files, environment, "bash", "-eu", "after.sh"))
        .contains(RAN)
        .doesNotContain("curl: (")
        .containsPattern("event: session.status_idle\ndata: .*\"end_turn\".*\n");
    assertIsChart(files);
  }

  @Test
  void inTypeScriptThenWithFiles() throws Exception {
    Programs.install(Programs.TYPESCRIPT);
    var files = filesOf("typescript");
    Files.createSymbolicLink(
        files.resolve("node_modules"), Programs.TYPESCRIPT.resolve("node_modules"));
    append(files, "after.mjs", "In TypeScript", "Files in TypeScript", "js");
    assertThat(Programs.run(files, environment, "node", "after.mjs"))
        .contains(RAN, "session.status_idle");
    assertIsChart(files);
  }

  @Test
  void inTypeScriptAsInTheReadme() throws Exception {
    Programs.install(Programs.TYPESCRIPT);
    var files = Files.createDirectory(directory.resolve("readme"));
    Files.createSymbolicLink(
        files.resolve("node_modules"), Programs.TYPESCRIPT.resolve("node_modules"));
    Files.writeString(
        files.resolve("first.mjs"), block(README, "With the official TypeScript SDK", "js"));
    assertThat(Programs.run(files, environment, "node", "first.mjs"))
        .contains(RAN, "session.status_idle");
  }

  @Test
  void filesInJava() throws Exception {
    var files = filesOf("java");
    Files.writeString(files.resolve("InAndOut.java"), block("Files in Java", "java"));
    Programs.runJava(files, environment, "InAndOut.java");
    assertIsChart(files);
  }

  /// A new directory with the files that the examples need.
  private static Path filesOf(String name) throws Exception {
    var files = Files.createDirectory(directory.resolve(name));
    Files.writeString(files.resolve("files.sh"), block("A session can be given files", "bash"));
    Programs.run(files, Map.of(), "bash", "-eu", "files.sh");
    return files;
  }

  private static void append(Path files, String name, String before, String way, String language)
      throws Exception {
    Files.writeString(files.resolve(name), block(before, language) + block(way, language));
  }

  /// The bars of Zug, Bern and Biel, black on white.
  private static void assertIsChart(Path files) throws Exception {
    var chart = ImageIO.read(files.resolve("chart.png").toFile());
    assertThat(chart.getWidth()).isEqualTo(120);
    assertThat(chart.getHeight()).isEqualTo(150);
    var raster = chart.getRaster();
    for (int x = 0; x < 120; x++) {
      int bar = List.of(31, 134, 56).get(x / 40);
      assertThat(raster.getSample(x, 150 - bar, 0)).isZero();
      assertThat(raster.getSample(x, 149 - bar, 0)).isEqualTo(255);
    }
  }

  @Test
  void inJava() throws Exception {
    var program = script("In Java", "java", "First.java");
    assertThat(Programs.runJava(directory, environment, program))
        .contains(RAN, "session.status_idle");
  }

  /// Puts a block of the page into a file; its name.
  ///
  /// @param way how the paragraph begins that introduces the block
  private static String script(String way, String language, String name) throws Exception {
    Files.writeString(directory.resolve(name), block(way, language));
    return name;
  }

  private static String block(String way, String language) throws Exception {
    return block(FIRST_SESSION, way, language);
  }

  private static String block(Path page, String way, String language) throws Exception {
    var block =
        Pattern.compile(
                "^%s[^\n]*(?:\n[^\n]+)*\n\n```%s\n(.*?)^```".formatted(way, language),
                Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(page));
    assertThat(block.find()).as(way).isTrue();
    return block.group(1);
  }
}
