package dev.drover.sdk;

import dev.drover.testing.Deployment;
import dev.drover.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The console in a real browser: see `src/test/console/browser.mjs`. It needs Chromium, which
/// `scripts/setup browser` installs.
@Tag("database")
@Tag("sandbox")
@Tag("sdk")
@Tag("soak")
@Timeout(320)
final class ConsoleBrowserTest {
  private static final String SETTINGS =
      """
      model_settings:
        scripted:
          context_tokens: 100000
          max_tokens: 8000
      """;

  @Test
  void theWholeSuite(@TempDir Path data) throws Exception {
    Programs.install(Programs.CONSOLE);
    Files.writeString(data.resolve("drover.yaml"), SETTINGS);
    try (var model = new PromptedModel();
        var drover =
            Deployment.SQLITE.start(
                data,
                Map.of(
                    "rehearsal.first_token_ms", "0",
                    "anthropic.base_url", model.uri().toString(),
                    "anthropic.api_key", "sk-model"))) {
      System.out.println(
          Programs.run(
              Programs.CONSOLE,
              Map.of(
                  "DROVER_TEST_URL", drover.url().toString(),
                  "DROVER_TEST_KEY", drover.key().reveal()),
              "node",
              "--test",
              "browser.mjs"));
    }
  }
}
