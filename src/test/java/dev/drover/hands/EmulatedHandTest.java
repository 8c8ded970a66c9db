package dev.drover.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hand` as it is cross-compiled for arm64, on an emulator: its frames and its file tools.
/// Programs that it would start, such as the shell, are of this machine, so `bash` is not tried.
@Tag("sandbox")
@Tag("soak")
final class EmulatedHandTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String EMULATOR = "qemu-aarch64-static";
  private static final Path SOURCE = Path.of("src/main/c");

  @TempDir Path directory;
  private int calls;

  private Path released() throws Exception {
    run(SOURCE.resolve("build.sh").toString(), directory.toString(), "aarch64");
    return directory.resolve("hand-aarch64");
  }

  /// The same sources, with what the emulator lacks.
  private Path withOpenat2() throws Exception {
    var program = directory.resolve("hand");
    var command = new ArrayList<>(List.of("aarch64-linux-gnu-gcc", "-std=c11", "-D_GNU_SOURCE"));
    command.addAll(List.of("-Os", "-static", "-Wl,--wrap=syscall", "-o", program.toString()));
    command.add("src/test/c/openat2.c");
    try (var files = Files.list(SOURCE)) {
      files.map(Path::toString).filter(file -> file.endsWith(".c")).sorted().forEach(command::add);
    }
    run(command.toArray(String[]::new));
    return program;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + said).isZero();
    return said;
  }

  private interface Use {
    void of(Hand hand) throws Exception;
  }

  /// Starts `program` as the first process of a sandbox and attaches to it.
  private void withHand(Path program, Use use) throws Exception {
    var listen = directory.resolve("listen").toString();
    run("gcc", "-D_GNU_SOURCE", "-o", listen, "src/test/c/listen.c");
    var socket = directory.resolve("s");
    var log = directory.resolve("log");
    var workspace = Files.createDirectories(directory.resolve("workspace")).toString();
    var command = new ArrayList<>(List.of(listen, socket.toString()));
    command.addAll(List.of("bwrap", "--unshare-pid", "--as-pid-1", "--die-with-parent"));
    command.addAll(List.of("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"));
    command.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"));
    command.addAll(List.of("--ro-bind", program.toString(), "/hand"));
    command.addAll(List.of("--bind", workspace, "/workspace", "--chdir", "/workspace"));
    command.addAll(List.of("--", "/usr/bin/" + EMULATOR, "/hand", "serve", "3", "60000"));
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      await().until(() -> Files.exists(socket) || !process.isAlive());
      assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
      var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      try (var hand = FramedHand.attach(ByteStream.of(channel), LONG, LONG, () -> {})) {
        use.of(hand);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private ToolResult execute(Hand hand, String tool, Object... input) throws InterruptedException {
    return hand.execute(new ToolCall(new EventId("sevt_arm" + calls++), tool, Json.obj(input)));
  }

  private String text(Hand hand, String tool, Object... input) throws InterruptedException {
    var result = execute(hand, tool, input);
    assertThat(result.isError()).as(result.text()).isFalse();
    return result.text();
  }

  @Test
  void theReleasedProgramAnswersCalls() throws Exception {
    var program = released();
    byte[] head = Files.readAllBytes(program);
    assertThat(new String(head, 1, 3, StandardCharsets.US_ASCII)).isEqualTo("ELF");
    assertThat(head[18]).as("e_machine").isEqualTo((byte) 183);
    assertThat(run(EMULATOR, program.toString(), "version")).isEqualTo("hand 4\n");
    withHand(
        program,
        hand -> {
          var path = "/workspace/none.txt"; // as on a kernel before 5.6, too
          var result = execute(hand, "read", "file_path", path);
          assertThat(result.isError()).isTrue();
          assertThat(result.lost()).isFalse();
          assertThat(result.text()).startsWith("read: " + path);
        });
  }

  @Test
  void itsToolsReadAndWriteFiles() throws Exception {
    var line = "0123456789abcdef".repeat(60);
    withHand(
        withOpenat2(),
        hand -> {
          var path = "/workspace/src/b.c";
          text(hand, "write", "file_path", path, "content", "int main(void)\ntwö\n");
          text(hand, "edit", "file_path", path, "old_string", "twö", "new_string", "drü");
          assertThat(text(hand, "read", "file_path", path)).contains("int main(void)", "drü");
          text(hand, "write", "file_path", "/workspace/src/c.h", "content", "int other;\n");
          assertThat(text(hand, "glob", "pattern", "**/*.c")).isEqualTo(path);
          assertThat(text(hand, "grep", "pattern", "ma[hi]n\\(", "path", "/workspace/src"))
              .contains(path)
              .doesNotContain("c.h");
          text(hand, "write", "file_path", "large.txt", "content", (line + "\n").repeat(200));
          assertThat(text(hand, "read", "file_path", "large.txt")).contains(line);
        });
  }
}
