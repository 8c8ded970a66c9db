package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.hands.bwrap.BwrapCell;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a program in a cell gets, and what it does not.
@Timeout(60)
@Tag("sandbox")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CellTest {
  private static final Duration LONG = Duration.ofSeconds(40);

  @TempDir Path directory;

  private final Cell cell = new BwrapCell();

  @AfterAll
  void close() {
    cell.close();
  }

  private static Cell.Order order(String script, String input, Duration limit, Path... files) {
    return new Cell.Order(
        List.of("/bin/sh", "-c", script),
        List.of(files),
        input.getBytes(StandardCharsets.UTF_8),
        limit,
        100_000);
  }

  private String run(String script, String input, Path... files) throws Exception {
    return new String(cell.run(order(script, input, LONG, files)), StandardCharsets.UTF_8);
  }

  @Test
  void itsInputIsReadAndItsOutputComesBack() throws Exception {
    var words = "x".repeat(90_000);
    assertThat(run("cat", words)).isEqualTo(words);
    assertThat(run("echo out; echo err >&2", words)).isEqualTo("out\n");
  }

  @Test
  void itReadsTheGivenFilesAndChangesNothing() throws Exception {
    var shown = Files.writeString(directory.resolve("shown"), "shown");
    Files.writeString(directory.resolve("beside"), "beside");
    assertThat(run("cat " + shown, "", shown)).isEqualTo("shown");
    for (var script :
        List.of(
            "cat " + directory.resolve("beside"),
            "echo x > " + shown,
            "echo x > /usr/x",
            "echo x > /x",
            "ls /home",
            "ls /root",
            "ls /var",
            "cat /etc/passwd")) {
      assertThatThrownBy(() -> run(script, "", shown))
          .as(script)
          .isInstanceOf(Cell.Failed.class)
          .hasMessageStartingWith("it failed with status ");
    }
    assertThat(Files.readString(shown)).isEqualTo("shown");
  }

  @Test
  void itHasNoNetworkNoEnvironmentAndNoOtherProcesses() throws Exception {
    assertThat(run("tail -n +3 /proc/net/dev | wc -l", "").strip()).isIn("0", "1");
    assertThat(run("tail -n +2 /proc/net/route | wc -l", "").strip()).isEqualTo("0");
    assertThat(run("env | grep -v '^PWD=' | grep -v '^_=' | grep -v '^SHLVL=' | wc -l", "").strip())
        .isEqualTo("0");
    assertThat(run("ls -d /proc/[0-9]* | wc -l", "").strip()).isIn("1", "2", "3");
    assertThat(run("grep CapEff /proc/self/status", "")).contains("0000000000000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 3", "/no/such/program", "exec /no/such/program"})
  void aFailureIsOne(String script) {
    assertThatThrownBy(() -> run(script, "")).isInstanceOf(Cell.Failed.class);
  }

  @Test
  void tooMuchOutputEndsIt() {
    assertThatThrownBy(() -> run("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxx; done", ""))
        .isInstanceOf(Cell.Failed.class)
        .hasMessage("its output is too long");
  }

  @Test
  void whatDoesNotEndIsKilled() {
    var script = "sleep 1000 & sleep 1000";
    assertThatThrownBy(() -> cell.run(order(script, "", Duration.ofMillis(300))))
        .isInstanceOf(Cell.Failed.class)
        .hasMessageStartingWith("it did not end within");
  }

  /// At once, and when it runs: nothing of it is left.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptKillsIt(boolean running) throws Exception {
    var mark = "drover-cell-" + ProcessHandle.current().pid() + running;
    var ended = new CompletableFuture<Throwable>();
    var runner =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    run("sleep 1000; : " + mark, "");
                  } catch (Exception e) {
                    ended.complete(e);
                  }
                });
    if (running) {
      await().until(() -> lives(mark));
    }
    runner.interrupt();
    assertThat(ended.get()).isInstanceOfAny(InterruptedException.class, Cell.Failed.class);
    await().until(() -> !lives(mark));
  }

  private static boolean lives(String mark) {
    return ProcessHandle.allProcesses()
        .anyMatch(
            process ->
                process.info().arguments().stream()
                    .flatMap(Arrays::stream)
                    .anyMatch(argument -> argument.contains(mark)));
  }
}
