package dev.drover.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.Programs;
import dev.drover.testing.ServerProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The steps of the vendor's quickstart against `drover serve`, with nothing changed but base URL,
/// key and model id: an agent, an environment, a session, a stream, a message.
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("sandbox")
@Tag("sdk")
final class QuickstartTest {
  private static final Path STEPS = Path.of("src/test/quickstart").toAbsolutePath();

  private static final Json FIBONACCI =
      Json.of(
          List.of(
              Map.of(
                  "text",
                  List.of("I write a script."),
                  "tools",
                  List.of(
                      Map.of(
                          "name",
                          "write",
                          "input",
                          Map.of(
                              "file_path",
                              "fibonacci.sh",
                              "content",
                              "a=0 b=1; for i in $(seq 20); do echo $a; c=$((a+b)) a=$b b=$c;"
                                  + " done")))),
              Map.of(
                  "tools",
                  List.of(
                      Map.of(
                          "name",
                          "bash",
                          "input",
                          Map.of(
                              "command",
                              "bash fibonacci.sh > fibonacci.txt && tail -1 fibonacci.txt")))),
              Map.of("text", List.of("Done."))));

  @TempDir static Path directory;

  private PromptedModel model;
  private ServerProcess server;

  @BeforeAll
  void start() throws Exception {
    model = new PromptedModel();
    server =
        ServerProcess.start(
            directory.resolve("data"),
            directory.resolve("log").toFile(),
            Map.of("DROVER_ANTHROPIC_BASE_URL", model.uri().toString()));
  }

  @AfterAll
  void stop() {
    server.close();
    model.close();
  }

  @Test
  void inCurl() throws Exception {
    check(Programs.run(STEPS, environment("curl", FIBONACCI), "./quickstart.sh"));
  }

  @Test
  void inCurlAsTheFirstEditionsHadIt() throws Exception {
    var replies = Json.parse("[{\"text\":[\"I wait.\"],\"hold\":true}]");
    var said = Programs.run(STEPS, environment("early", replies), "./quickstart.sh", "early");
    assertThat(said).containsPattern("I wait\\.\n\\[end of agent agent_\\w+ version 1]");
  }

  @Test
  void inTypeScript() throws Exception {
    Programs.install(Programs.TYPESCRIPT);
    check(
        Programs.run(
            Programs.TYPESCRIPT, environment("TypeScript", FIBONACCI), "node", "quickstart.mjs"));
  }

  @Test
  void inJava() throws Exception {
    check(Programs.runJava(STEPS, environment("Java", FIBONACCI), "Quickstart.java"));
  }

  private Map<String, String> environment(String name, Json replies) {
    var environment = new HashMap<>(Programs.vendorsEnvironment(server));
    environment.put("DROVER_TEST_MODEL_ID", "scripted");
    environment.put("DROVER_TEST_RELEASE", model.uri() + "/release/" + name);
    environment.put("DROVER_TEST_PROMPT", Json.obj("script", name, "replies", replies).toString());
    return environment;
  }

  private static void check(String said) {
    assertThat(said)
        .containsPattern(
            "I write a script\\.\n\\[tool write]\n+\\[tool bash]\nDone\\.\n"
                + "\\[end of agent agent_\\w+ version 1]");
  }
}
