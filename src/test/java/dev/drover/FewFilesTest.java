package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Json;
import dev.drover.testing.DroverClient;
import dev.drover.testing.Script;
import dev.drover.testing.ScriptedMessages;
import dev.drover.testing.ServerProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A real server that may open few files: its sandboxes work, or the model is told why not.
@Timeout(120)
@Tag("sandbox")
final class FewFilesTest {
  @TempDir Path directory;

  private static String text(Json.Obj result) {
    return String.valueOf(((Json.Obj) result.items("content").getFirst()).text("text"));
  }

  @ParameterizedTest
  @CsvSource({
    "300, 2 of 300",
    "256, 2 of 256",
    "240, 'The sandbox could not be started: hand: a sandbox needs 256 open files (ulimit -n): too"
        + " many open files'"
  })
  void aSandboxWorksOrSaysWhyNot(int files, String expected) throws Exception {
    var log = directory.resolve("log").toFile();
    try (var model = ScriptedMessages.start();
        var server =
            ServerProcess.withFiles(
                files,
                directory.resolve("data"),
                log,
                Map.of("DROVER_ANTHROPIC_BASE_URL", model.uri().toString()));
        var client = server.client()) {
      var command = "x=$(printf '1\\n2\\n' | tail -n 1); echo $x of $(ulimit -n)";
      model.script(
          Script.reply().toolUse("bash", Json.obj("command", command)),
          Script.reply().text("done"));
      var session = client.session("scripted");
      client.say(session, "Hi");
      client.awaitIdle(session);
      assertThat(client.events(session))
          .filteredOn(event -> DroverClient.type(event).equals("agent.tool_result"))
          .extracting(FewFilesTest::text)
          .containsExactly(expected);
    }
  }
}
