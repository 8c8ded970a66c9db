package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.testing.Stage;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The files that a command reads: what they may be, and how large.
@Timeout(30)
@Tag("sandbox")
final class InputFilesTest {
  private final Stage stage = new Stage();
  private final StageServer host = new StageServer(stage);
  private final TestShell shell = new TestShell();
  private Endpoint server = host.serve(Map.of());
  @TempDir private Path directory;

  @BeforeEach
  void make() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", directory.resolve("fifo").toString()).start().waitFor())
        .isZero();
    try (var sparse = new RandomAccessFile(directory.resolve("huge").toFile(), "rw")) {
      sparse.setLength(8L << 30);
    }
    Files.write(directory.resolve("latin"), new byte[] {'a', (byte) 0xE9});
    Files.createDirectory(directory.resolve("folder"));
    Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/zero"));
    Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
  }

  @AfterEach
  void close() {
    server.close();
    stage.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/zero, is not a regular file",
    "/dev/urandom, is not a regular file",
    "DIR/link, is not a regular file",
    "DIR/fifo, is not a regular file",
    "DIR/folder, is a directory",
    "DIR/huge, is larger than 32 MiB",
    "DIR/latin, is not UTF-8 text",
    "DIR/none, does not exist",
    "DIR/loop, cannot be read",
  })
  void aFileThatIsNoTextOfThisSizeIsRefusedForEveryFlag(String name, String why) {
    var file = name.replace("DIR", directory.toString());
    for (var flags :
        List.of(
            List.of("events", "send", "sesn_1", "--message", "@" + file),
            List.of("events", "send", "sesn_1", "--result", "sevt_1=@" + file),
            List.of("events", "send", "sesn_1", "--event", "@" + file),
            List.of("events", "send", "sesn_1", "--body", "@" + file),
            List.of("agents", "create", "--name", "a", "--model", "m", "--system", "@" + file),
            List.of("agents", "create", "--body", "@" + file))) {
      shell.err.reset();
      assertThat(shell.run(host, flags.toArray(String[]::new))).isEqualTo(2);
      assertThat(shell.err()).contains(file + " " + why);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, events send sesn_1 --body -, --body: standard input is larger than 32 MiB",
    "2, agents create --body -, --body: standard input is larger than 32 MiB",
    "1, run -, drover: standard input is larger than 32 MiB",
    "1, sessions connect SESSION, a line of the input has more than",
  })
  void anInputWithoutEndIsNotReadToItsEnd(int status, String line, String why) throws Exception {
    try (var endless = Files.newInputStream(Path.of("/dev/zero"))) {
      shell.keyboard = endless;
      var words = line.replace("SESSION", stage.session().value()).split(" ");
      assertThat(shell.run(host, words)).isEqualTo(status);
    }
    assertThat(shell.err()).contains(why);
  }

  @Test
  void theFilesOfOneCommandHaveTheSizeOfOneRequestTogether() throws Exception {
    var half = Files.writeString(directory.resolve("half"), "a".repeat(20 << 20));
    assertThat(
            shell.run(
                host, "events", "send", "sesn_1", "--message", "@" + half, "--message", "@" + half))
        .isEqualTo(2);
    assertThat(shell.err()).contains(half + " is larger than 12 MiB");
  }
}
