package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.base.Json;
import dev.drover.base.Scope;
import dev.drover.hands.HandSpec;
import dev.drover.hands.Sandbox;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.ToolCall;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.hands.local.Storage;
import dev.drover.session.EventId;
import dev.drover.session.SessionId;
import dev.drover.testing.Commands;
import dev.drover.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Commands that fill the host's disk, which is smaller than what each of them may have. The
/// session beside them notices nothing.
@Execution(ExecutionMode.SAME_THREAD)
@Tag("sandbox")
final class BwrapFullDiskTest {
  private static final long MIB = 1 << 20;
  private static final long FLOOR = 100 * MIB;
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static SmallDisk disk;
  private static BwrapBench bench;

  private final SessionId guilty = new SessionId("sesn_g" + NUMBERS.incrementAndGet());
  private final SessionId innocent = new SessionId("sesn_i" + NUMBERS.incrementAndGet());
  private final AtomicBoolean over = new AtomicBoolean();
  private Sandbox attacker;
  private Sandbox neighbour;
  private Scope scope;
  private Scope.Task<Long> work;

  @BeforeAll
  static void open() throws Exception {
    disk = SmallDisk.mount(500);
    bench =
        new BwrapBench(
            Files.createDirectory(disk.directory().resolve("data")),
            SandboxSettings.DEFAULT.withStorage(
                new Storage(Storage.Kind.DIRECTORY, OptionalLong.of(FLOOR))));
  }

  @AfterAll
  static void close() throws Exception {
    bench.close();
    disk.close();
  }

  private static ToolCall bash(String command) {
    return new ToolCall(
        new EventId("sevt_x" + NUMBERS.incrementAndGet()),
        "bash",
        Json.obj("command", command, "timeout_ms", 60_000));
  }

  /// A session that works all the while: each of its commands writes a file and reads it. Returns
  /// the least free space that it saw.
  @BeforeEach
  void begin() throws Exception {
    attacker = bench.provision(HandSpec.workspace(guilty));
    neighbour = bench.provision(HandSpec.workspace(innocent));
    neighbour.execute(bash("n=0"));
    scope = new Scope();
    work =
        scope.fork(
            () -> {
              long least = Long.MAX_VALUE;
              for (int n = 1; n == 1 || !over.get(); n++) {
                least = Math.min(least, disk.free());
                var result = neighbour.execute(bash("echo $((n+=1)) > f && cat f && sleep 0.05"));
                assertThat(result.text()).isEqualTo(Integer.toString(n));
              }
              return least;
            });
  }

  @AfterEach
  void end() throws Exception {
    over.set(true);
    try {
      assertThat(work.join()).as("the room that was left").isGreaterThan(FLOOR / 4);
    } finally {
      scope.close();
      attacker.close();
      neighbour.close();
      bench.discard(guilty);
      bench.discard(innocent);
    }
    assertThat(disk.free()).isGreaterThan(300 * MIB);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "for i in 1 2 3 4 5 6 7 8; do cat /dev/zero > f$i & done; wait",
        "setsid bash -c 'cat /dev/zero > f' & wait",
        "exec 9> f; rm f; cat /dev/zero >&9",
        "perl -e 'for (1..1200) { mkdir q(x); chdir q(x) } open F, q(>f); print F q(x) x 1048576"
            + " while 1'",
        "mkdir -p d/e; exec 9> d/e/f; chmod 0 d/e d; rm -f d/e/f; cat /dev/zero >&9",
        "perl -e 'syscall(157, 4, 0); open F, q(>f); unlink q(f); print F"
            + " q(x) x 1048576 while 1'",
        "while :; do i=$((i+1)); head -c 5000000 /dev/zero > $i; done",
        "cat /dev/zero > /mnt/session/tool_outputs/f",
        "cat /dev/zero > /mnt/user/f",
        "perl -e 'open F, q(+>f); truncate F, 1<<33; for (my $i = 0; ; $i += 65536) { sysseek F,"
            + " $i, 0; syswrite F, q(x) x 65536 }'"
      })
  void whoFillsTheDiskIsStopped(String command) throws Exception {
    var result = attacker.execute(bash(command));
    assertThat(result.isError()).isTrue();
    assertThat(result.lost()).isFalse();
    assertThat(result.text())
        .containsAnyOf(
            "the server's disk is nearly full: ",
            "the workspace holds directories more than 1000",
            "the workspace holds processes that hide");
    assertThat(
            attacker
                .execute(
                    bash(
                        "chmod -R 700 /workspace; rm -rf /workspace/* /mnt/user/* /mnt/session/*/f;"
                            + " echo on"))
                .text())
        .endsWith("on");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fallocate -l 400M f",
        "perl -e 'open F, q(>f); exit(syscall(285, fileno F, 0, 0, 400 << 20) < 0)'",
        "perl -e 'open F, q(>f); $s = pack q(s s l q q l L x16), 0, 0, 0, 0, 400 << 20;"
            + " exit(!ioctl F, 0x4030582a, $s)'",
        "perl -e 'open F, q(>f); $s = pack q(s s l q q l L x16), 0, 0, 0, 0, 400 << 20;"
            + " exit(!ioctl F, 0x40305828, $s)'",
        "perl -e 'open F, q(>f); $s = pack q(s s l q q l L x16), 0, 0, 0, 0, 400 << 20;"
            + " exit(!ioctl F, 0x40305839, $s)'"
      })
  void spaceCannotBeTakenWithoutWritingIt(String command) throws Exception {
    var result = attacker.execute(bash(command));
    assertThat(result.isError()).as(result.text()).isTrue();
    assertThat(attacker.execute(bash("stat -c %b f")).text()).isEqualTo("0");
  }

  /// What was written before the stop is not held against the next command, whatever takes the room
  /// then.
  @Test
  void afterAStopTheNextCommandIsMeasuredFromItsOwnStart() throws Exception {
    var reserve = disk.directory().resolve("reserve");
    var taken = disk.directory().resolve("taken");
    try {
      write(reserve, 16);
      assertThat(attacker.execute(bash("cat /dev/zero > f")).text()).contains("nearly full");
      Files.delete(reserve);
      assertThat(disk.free()).isGreaterThan(FLOOR);
      var calls = new Scope();
      var command = "touch on; " + Commands.await("/workspace/go") + "; sleep 0.2; echo on";
      var next = calls.fork(() -> attacker.execute(bash(command)));
      var workspace = disk.directory().resolve("data/workspaces/" + guilty + "/workspace");
      await().until(() -> Files.exists(workspace.resolve("on")));
      write(taken, 24);
      assertThat(disk.free()).isLessThan(FLOOR);
      Files.createFile(workspace.resolve("go"));
      assertThat(next.join().text()).isEqualTo("on");
      calls.close();
    } finally {
      Files.deleteIfExists(reserve);
      Files.deleteIfExists(taken);
    }
  }

  private static void write(Path file, int megabytes) throws Exception {
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < megabytes; i++) {
        out.write(new byte[1 << 20]);
      }
    }
  }

  @Test
  void aSparseFileTakesNoRoom() throws Exception {
    assertThat(attacker.execute(bash("truncate -s 9G f; sleep 0.3; echo x >> f; echo on")).text())
        .isEqualTo("on");
  }

  @Test
  void aSessionThatFilledTheDiskIsInterruptedAndDeleted() throws Exception {
    assertThat(attacker.execute(bash("cat /dev/zero > f; sleep 1000")).text())
        .contains("nearly full");
    var calls = new Scope();
    var next = calls.fork(() -> attacker.execute(bash("touch on; sleep 1000")));
    var on = disk.directory().resolve("data/workspaces/" + guilty + "/workspace/on");
    await().until(() -> Files.exists(on));
    calls.close(); // interrupts and waits
    assertThatThrownBy(next::join).hasCauseInstanceOf(InterruptedException.class);
    attacker.close();
    bench.discard(guilty);
    assertThat(disk.free()).isGreaterThan(300 * MIB);
  }

  @Test
  void noSandboxStartsOnAFullDisk() throws Exception {
    over.set(true);
    work.join();
    var filler = disk.directory().resolve("filler");
    try {
      try (var out = Files.newOutputStream(filler)) {
        while (disk.free() > FLOOR * 2 / 5) {
          out.write(new byte[1 << 20]);
        }
      }
      assertThatThrownBy(() -> bench.provision(HandSpec.workspace(new SessionId(guilty + "n"))))
          .isInstanceOf(Sandboxes.Unavailable.class)
          .hasMessageContaining("nearly full");
    } finally {
      Files.deleteIfExists(filler);
    }
  }
}
