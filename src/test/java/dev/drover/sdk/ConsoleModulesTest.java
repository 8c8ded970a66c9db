package dev.drover.sdk;

import dev.drover.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The console without a browser: its types, and its modules that need no page. See
/// `src/test/console`.
@Tag("sandbox")
@Tag("sdk")
@Timeout(600)
final class ConsoleModulesTest {
  private static final Path OUTPUT = Path.of("target/console-tests");

  @Test
  void theTypesFitAndTheModulesDoWhatTheySay() throws IOException, InterruptedException {
    Programs.install(Programs.CONSOLE);
    Programs.run(Programs.CONSOLE, Map.of(), "node_modules/.bin/tsc", "-p", ".");
    Files.writeString(OUTPUT.resolve("package.json"), "{\"type\":\"module\"}");
    var command = new ArrayList<>(List.of("node", "--test"));
    try (var files = Files.list(OUTPUT.resolve("test/console"))) {
      files.map(Path::toString).filter(name -> name.endsWith(".test.js")).forEach(command::add);
    }
    System.out.println(
        Programs.run(Path.of("").toAbsolutePath(), Map.of(), command.toArray(String[]::new)));
  }
}
