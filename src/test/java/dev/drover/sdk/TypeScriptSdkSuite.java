package dev.drover.sdk;

import dev.drover.testing.Deployment;
import dev.drover.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Everything that the TypeScript SDK can ask for, asked through it: see `src/test/typescript`.
@Timeout(600)
abstract class TypeScriptSdkSuite {
  private static final String SETTINGS =
      """
      models: {resting: rehearsal}
      network.private: [127.0.0.1]
      model_settings:
        scripted:
          context_tokens: 100000
          max_tokens: 8000
          effort: [low, medium, high]
          mid_conversation_system: true
          price: {input: 3, output: 15}
        unpriced:
          effort: []
          mid_conversation_system: false
      """;

  private final Deployment deployment;

  TypeScriptSdkSuite(Deployment deployment) {
    this.deployment = deployment;
  }

  @Test
  void theWholeSuite(@TempDir Path data) throws Exception {
    Programs.install(Programs.TYPESCRIPT);
    Files.writeString(data.resolve("drover.yaml"), SETTINGS);
    try (var model = new PromptedModel();
        var drover =
            deployment.start(
                data,
                Map.of(
                    "rehearsal.first_token_ms", "0",
                    "anthropic.base_url", model.uri().toString(),
                    "anthropic.api_key", "sk-model"))) {
      System.out.println(
          Programs.run(
              Programs.TYPESCRIPT,
              Map.of(
                  "DROVER_TEST_URL", drover.url().toString(),
                  "DROVER_TEST_KEY", drover.key().reveal(),
                  "DROVER_TEST_MODEL", model.uri().toString(),
                  "DROVER_TEST_PREVIEWS", drover.nodes().size() > 1 ? "lossy" : "whole"),
              "node",
              "--test",
              "suite.mjs"));
    }
  }
}
