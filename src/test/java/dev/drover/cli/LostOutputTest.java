package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.hands.ToolResult;
import dev.drover.testing.Stage;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every command whose output is lost, against the real server.
@Timeout(30)
final class LostOutputTest {
  private static final String NO_SPACE =
      "drover: the output cannot be written: No space left on device\n";

  private final Stage stage = new Stage();
  private final StageServer host = new StageServer(stage);
  private final TestShell shell = new TestShell();
  private Endpoint server = host.serve(Map.of());
  private String session = "";

  @BeforeEach
  void talk() {
    stage.model().thenText("Hello.").thenText("Hello.");
    stage.hand().does(_ -> ToolResult.success(""));
    assertThat(shell.run(host, "run", "--json", "greet")).as(shell.err()).isZero();
    session =
        shell
            .err()
            .lines()
            .filter(line -> line.startsWith("sesn_"))
            .findFirst()
            .orElseThrow()
            .split(" ", 2)[0];
    server.close();
    server = host.serve(Map.of());
    shell.out.reset();
    shell.err.reset();
  }

  @AfterEach
  void close() {
    server.close();
    stage.close();
  }

  private int run(OutputStream out, String line) {
    shell.sink = out;
    var words = Arrays.asList(line.replace("SESSION", session).split(" "));
    return new Cli(
            shell.shell(),
            host,
            _ -> List.of(new Check("java", true, "25", "")),
            (_, _, _, _, _) -> "figures\n",
            CliTest.CLEAN,
            CliTest.UNREPLAYED)
        .run(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "help agents create",
        "events --help",
        "completion bash",
        "doctor",
        "doctor --json",
        "bench ttft",
        "bench --json",
        "serve",
        "models list",
        "agents list",
        "agents list --json",
        "agents create --name a --model claude-test",
        "environments list",
        "environments create --name b --json",
        "sessions list",
        "sessions list --json",
        "sessions retrieve SESSION",
        "sessions why SESSION --json",
        "events list SESSION",
        "events list SESSION --json",
        "keys show",
        "keys show --json",
        "sessions connect SESSION",
        "sessions connect SESSION --json",
      })
  void aFullDiskIsAnErrorOfEveryCommand(String line) throws IOException {
    try (var full = new FileOutputStream("/dev/full")) {
      assertThat(run(full, line)).isEqualTo(1);
    }
    assertThat(shell.err()).endsWith(NO_SPACE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "check --json"})
  void aCheckWhoseFindingsAreLostHasNotBeenMade(String line) throws IOException {
    try (var full = new FileOutputStream("/dev/full")) {
      assertThat(run(full, line)).isEqualTo(2);
    }
    assertThat(shell.err()).isEqualTo(NO_SPACE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"run greet", "run --json greet"})
  void aTaskIsStopped(String line) throws IOException {
    try (var full = new FileOutputStream("/dev/full")) {
      assertThat(run(full, line)).isEqualTo(1);
    }
    assertThat(shell.err()).endsWith(NO_SPACE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"events stream SESSION", "events stream SESSION --json"})
  void aStreamIsFollowedNoFurther(String line) throws IOException {
    try (var canned = new CannedServer();
        var full = new FileOutputStream("/dev/full")) {
      canned.stream(
          "data: {\"type\":\"session.status_running\",\"id\":\"sevt_1\"}\n\n",
          CannedServer.UNTIL_SENT);
      shell.sink = full;
      var words = line.replace("SESSION", CannedServer.SESSION).split(" ");
      assertThat(shell.run(canned, words)).isEqualTo(1);
    }
    assertThat(shell.err()).isEqualTo(NO_SPACE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "models list",
        "sessions list --json",
        "events list SESSION",
        "keys show"
      })
  void aClosedPipeIsNoError(String line) throws IOException {
    var pipe = Pipe.open();
    pipe.source().close();
    try (var out = Channels.newOutputStream(pipe.sink())) {
      assertThat(run(out, line)).isZero();
    }
    assertThat(shell.err()).doesNotContain("output");
  }

  @Test
  void aPipeIsRecognizedWhateverTheLanguageOfTheMessage() {
    var out =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Datenübergabe unterbrochen (broken pipe)");
              }
            },
            true);
    out.print("x");
    assertThat(out.checkError()).isTrue();
    assertThat(out.loss()).isEmpty();
  }
}
