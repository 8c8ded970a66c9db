package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The first session through the vendor's own clients, with only base URL and key changed: the
/// whole server, the built-in model, a real sandbox.
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OfficialSdkTest {
  private static final File TYPESCRIPT = new File("src/test/typescript");

  @TempDir static Path data;

  private Drover drover;

  @BeforeAll
  void start() throws Exception {
    drover =
        new Drover(
            Config.read(
                Map.of("data", data.toString(), "port", "0", "rehearsal.first_token_ms", "0"),
                Map.of()));
  }

  @AfterAll
  void stop() {
    drover.close();
  }

  @Test
  void theFirstSessionThroughTheTypeScriptSdk() throws Exception {
    var lock = new File(TYPESCRIPT, "package-lock.json");
    var installed = new File(TYPESCRIPT, "node_modules/.package-lock.json");
    if (installed.lastModified() < lock.lastModified()) {
      run("npm", "ci", "--no-audit", "--no-fund");
      assertThat(installed.setLastModified(System.currentTimeMillis())).isTrue();
    }
    run("node", "--test", "session.test.mjs");
  }

  /// Runs a command to its end and fails with all that it said.
  private void run(String... command) throws Exception {
    var output = Files.createTempFile(data, "output", ".txt");
    var builder =
        new ProcessBuilder(command)
            .directory(TYPESCRIPT)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("DROVER_TEST_URL", drover.url().toString());
    builder.environment().put("DROVER_TEST_KEY", drover.key().reveal());
    int status = builder.start().waitFor();
    assertThat(status).as("%s%n%s", String.join(" ", command), Files.readString(output)).isZero();
  }
}
