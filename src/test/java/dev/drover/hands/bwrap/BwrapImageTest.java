package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.hands.HandSpec;
import dev.drover.hands.Limits;
import dev.drover.hands.SandboxContract;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.Host;
import dev.drover.hands.local.LocalSandbox;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Storage;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions with disks of their own: 32 MiB and 500 files, held by the kernel. Needs root, as
/// images do.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapImageTest extends SandboxContract {
  private static BwrapBench bench;

  @BeforeAll
  static void open() {
    bench = new BwrapBench(profile(Storage.Kind.IMAGE));
  }

  private static SandboxSettings profile(Storage.Kind kind) {
    return SandboxSettings.DEFAULT
        .withLimits(Limits.DEFAULT.withWorkspace(32 << 20, 500))
        .withStorage(new Storage(kind, OptionalLong.empty()));
  }

  @AfterAll
  static void close() throws Exception {
    var data = bench.data.toString();
    bench.close();
    await().untilAsserted(() -> assertThat(devices()).noneMatch(file -> file.startsWith(data)));
  }

  @Override
  protected Sandboxes sandboxes() {
    return bench;
  }

  /// Measured in hundredths of a second of a processor, over a second.
  @Test
  void aHandThatWaitsUsesNoProcessor() throws Exception {
    ok("write", "file_path", "a", "content", "b");
    var used =
        "t() { set -- $(cut -d')' -f2 /proc/1/stat); echo $((${12} + ${13})); };"
            + " a=$(t); sleep 1; echo $(($(t) - a))";
    assertThat(Integer.parseInt(bash(used))).isLessThan(20);
  }

  /// The files behind the loop devices of this machine.
  private static List<String> devices() throws IOException {
    try (Stream<Path> blocks = Files.list(Path.of("/sys/block"))) {
      return blocks
          .map(block -> block.resolve("loop/backing_file"))
          .filter(Files::exists)
          .map(BwrapImageTest::text)
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Host.text(file);
    } catch (IOException e) {
      return ""; // it went meanwhile
    }
  }

  private Path image() {
    return bench.data.resolve("workspaces/" + session + "/disk");
  }

  private long taken() throws IOException {
    return Long.parseLong(
            new String(
                    new ProcessBuilder("stat", "-c", "%b", image().toString())
                        .start()
                        .getInputStream()
                        .readAllBytes(),
                    StandardCharsets.US_ASCII)
                .strip())
        * 512;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fallocate -l 1G f",
        "cat /dev/zero > f",
        "exec 9> f; rm f; cat /dev/zero >&9",
        "mkdir d; exec 9> d/f; chmod 0 d; cat /dev/zero >&9",
        "cat /dev/zero > /mnt/session/outputs/f",
        "cat /dev/zero > /mnt/session/tool_outputs/f",
        "cat /dev/zero > /mnt/user/f",
        "for i in {1..1000}; do : > $i || exit 1; done",
        "for i in {1..1000}; do mkdir $i || exit 1; done",
        "for i in {1..100}; do head -c 1M /dev/zero > $i || exit 1; done",
        "perl -e 'open F, q(>f); unlink q(f); syscall(157, 4, 0); while (1) { syswrite F, q(x) x"
            + " 1048576 or exit 1 }'",
        "perl -e 'open F, q(>f); $s = pack q(s s l q q l L x16), 0, 0, 0, 0, 400 << 20; exit(!ioctl"
            + " F, 0x4030582a, $s)'"
      })
  void theKernelHoldsTheLimit(String command) throws Exception {
    var id = new SessionId(session.value() + "b");
    try (var neighbour = bench.provision(HandSpec.workspace(id))) {
      assertThat(error("bash", "command", "(" + command + ")", "timeout_ms", 30_000)).isNotEmpty();
      assertThat(taken()).isLessThan(48L << 20);
      assertThat(
              neighbour
                  .execute(call("bash", "command", "head -c 20M /dev/zero | tee f | wc -c"))
                  .text())
          .isEqualTo("20971520");
    } finally {
      bench.discard(id);
    }
    assertThat(
            bash(
                "chmod -R 700 /workspace; rm -rf /workspace/* /mnt/session/*outputs/* /mnt/user/*;"
                    + " echo x > f; cat f"))
        .isEqualTo("x");
  }

  @Test
  void aWriteWithoutRoomSaysSo() throws Exception {
    error("bash", "command", "cat /dev/zero > f; false");
    assertThat(error("write", "file_path", "g", "content", "x".repeat(1_000_000)))
        .contains("no space left on device");
    bash("rm f");
    ok("write", "file_path", "g", "content", "x".repeat(1_000_000));
  }

  @Test
  void itHoldsWhatItWasAskedTo() throws Exception {
    assertThat(
            bash(
                "head -c 32M /dev/zero > f; stat -c %s f; rm f; for i in {1..480}; do : > $i; done;"
                    + " ls | wc -l"))
        .isEqualTo("33554432\n480");
  }

  @Test
  void whatIsRemovedGoesBackToTheHost() throws Exception {
    bash("head -c 24M /dev/urandom > f; sync f");
    assertThat(taken()).isGreaterThan(24L << 20);
    bash("rm f; sync /workspace");
    await().untilAsserted(() -> assertThat(taken()).isLessThan(8L << 20));
  }

  @Test
  void theDiskOutlivesItsHands() throws Exception {
    bash("echo one > f; echo two > /mnt/user/g");
    sandbox().close();
    try (var next = bench.provision(HandSpec.workspace(session))) {
      assertThat(next.execute(call("bash", "command", "cat f /mnt/user/g")).text())
          .isEqualTo("one\ntwo");
      BwrapBench.traces(((LocalSandbox) next).leash())
          .inner()
          .forEach(being -> Host.kill(being.pid(), being.start()));
      await().until(() -> !next.isAlive());
    }
    try (var third = bench.provision(HandSpec.workspace(session))) {
      assertThat(third.execute(call("bash", "command", "cat f")).text()).isEqualTo("one");
    }
  }

  @Test
  void anotherServerFindsTheLivingHandWithItsDisk() throws Exception {
    bash("x=kept; echo one > f");
    sandbox().leave();
    try (var other = BwrapBench.provider(bench.data, bench.profile);
        var same = other.provision(HandSpec.workspace(session))) {
      assertThat(same.id()).isEqualTo(sandbox().id());
      assertThat(same.execute(call("bash", "command", "echo $x; cat f")).text())
          .isEqualTo("kept\none");
    }
  }

  @Test
  void aDiskThatIsMountedIsNotMountedAgain() throws Exception {
    bash("echo one > f");
    var copy = new SessionId(session.value() + "c");
    var home = Files.createDirectories(bench.data.resolve("workspaces/" + copy));
    Files.createLink(home.resolve("disk"), image());
    assertThatThrownBy(() -> bench.provision(HandSpec.workspace(copy)))
        .isInstanceOf(Sandboxes.Unavailable.class)
        .hasMessageContaining("the session's disk");
    assertThat(bash("cat f")).isEqualTo("one");
    bench.discard(copy);
  }

  @Test
  void aDiskWithErrorsIsRepairedFirst() throws Exception {
    bash("echo one > f; sync f");
    sandbox().close();
    await().untilAsserted(() -> assertThat(devices()).doesNotContain(image() + "\n"));
    assertThat(
            new ProcessBuilder("debugfs", "-w", "-R", "set_super_value state 3", image().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor())
        .isZero();
    try (var next = bench.provision(HandSpec.workspace(session))) {
      assertThat(next.execute(call("bash", "command", "cat f")).text()).isEqualTo("one");
    }
  }

  @Test
  void plainDirectoriesOfEarlierSessionsStay() throws Exception {
    var id = new SessionId(session.value() + "d");
    try (var earlier = BwrapBench.provider(bench.data, bench.profile.withStorage(Storage.DEFAULT));
        var hand = earlier.provision(HandSpec.workspace(id))) {
      hand.execute(call("bash", "command", "echo one > f"));
    }
    try (var now = bench.provision(HandSpec.workspace(id))) {
      assertThat(now.execute(call("bash", "command", "cat f")).text()).isEqualTo("one");
    }
    assertThat(bench.data.resolve("workspaces/" + id + "/workspace/f")).exists();
    assertThat(bench.data.resolve("workspaces/" + id + "/disk")).doesNotExist();
    bench.discard(id);
  }

  @Test
  void disksThatAreThereAreUsedWhateverTheSettingSays() throws Exception {
    bash("echo one > f");
    sandbox().close();
    try (var later = BwrapBench.provider(bench.data, bench.profile.withStorage(Storage.DEFAULT));
        var hand = later.provision(HandSpec.workspace(session))) {
      assertThat(hand.execute(call("bash", "command", "cat f")).text()).isEqualTo("one");
    }
  }

  @Test
  void nothingOfTheDiskIsOfferedInside() throws Exception {
    assertThat(
            bash(
                "ls -A /workspace /mnt/user /mnt/session/outputs; ls /dev/loop* 2>&1 | wc -l;"
                    + " true"))
        .doesNotContain("lost+found");
    assertThat(error("bash", "command", "ls /mnt/session/disk /disk")).contains("No such file");
  }

  @Test
  void theLevelIsTold() throws Exception {
    assertThat(bench.sandboxes().limits()).contains("one disk image per session");
  }
}
