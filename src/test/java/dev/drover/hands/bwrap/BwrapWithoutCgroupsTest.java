package dev.drover.hands.bwrap;

import static dev.drover.hands.ForgeryContract.HEADLESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.hands.HandSpec;
import dev.drover.hands.Limits;
import dev.drover.hands.SandboxContract;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.Host;
import dev.drover.hands.local.SandboxSettings;
import dev.drover.session.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The last rung: no control groups.
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapWithoutCgroupsTest extends SandboxContract {
  private static BwrapBench bench;

  @BeforeAll
  static void open() {
    var limits = Limits.DEFAULT.withMemory(96 << 20).withProcesses(64);
    bench =
        new BwrapBench(
            SandboxSettings.DEFAULT.withLimits(limits).withCgroups(Path.of("/nonexistent")));
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  @Override
  protected Sandboxes sandboxes() {
    return bench;
  }

  @Test
  void theLevelIsTold() {
    assertThat(bench.sandboxes().limits())
        .contains("processor time is not limited", "systemd-run --user --scope -p Delegate=yes");
  }

  @Test
  void processesAreBoundedByUid() throws Exception {
    error("bash", "command", ":(){ :|:& };: ; sleep 1000", "timeout_ms", 500);
    assertThat(bash("echo alive")).isEqualTo("alive");
  }

  @Test
  void theHandItselfWatchesTheMemory() throws Exception {
    error(
        "bash",
        "command",
        "head -c 300000000 /dev/zero | (cat > /dev/null; perl -e '$x = \"x\" x 200000000; sleep"
            + " 20'); exit_status=$?; (exit $exit_status)",
        "timeout_ms",
        15_000);
    assertThat(bash("echo alive")).isEqualTo("alive");
  }

  @Test
  void aProcessWhoseFirstThreadHasEndedIsWatchedAsWell() throws Exception {
    var fill = HEADLESS.formatted("x = bytearray(300 << 20); time.sleep(1000)");
    assertThat(bash("python3 -c '" + fill + "' & wait $!; echo $?")).endsWith("137");
  }

  @Test
  void aHandThatTakesAllItsProcessesLeavesTheOthersTheirs() throws Exception {
    var id = new SessionId(session.value() + "b");
    try (var greedy = bench.provision(HandSpec.workspace(id))) {
      var bomb =
          "perl -e 'while (1) { my $p = fork; sleep 1000 if !$p }' 2>/dev/null >&2 &"
              + " while set -- /proc/[0-9]*; [ $# -lt 55 ]; do :; done; echo full";
      assertThat(greedy.execute(call("bash", "command", bomb)).text()).isEqualTo("full");
      assertThat(bash("for i in {1..40}; do sleep 1000 & done; jobs -r | wc -l")).isEqualTo("40");
    } finally {
      bench.discard(id);
    }
  }

  /// As it is for a server that is not root: all sandboxes are one user's, and so are processes of
  /// the host.
  @Test
  void oneUsersSandboxesCountTheirProcessesApart() throws Exception {
    int uid = bench.profile.firstUid() + 40_000;
    var user = Integer.toString(uid);
    var greedyId = new SessionId(session.value() + "g");
    var otherId = new SessionId(session.value() + "o");
    for (var id : List.of(greedyId, otherId)) {
      var home = bench.data.resolve("workspaces/" + id);
      Host.give(Files.createDirectories(home.resolve("workspace")), uid);
    }
    var host =
        new ProcessBuilder(
                "setpriv",
                "--reuid",
                user,
                "--regid",
                user,
                "--clear-groups",
                "bash",
                "-c",
                "for i in {1..100}; do sleep 1000 & done; echo up; wait")
            .start();
    try {
      assertThat(host.inputReader().readLine()).isEqualTo("up");
      try (var greedy = bench.provision(HandSpec.workspace(greedyId))) {
        assertThat(greedy.execute(call("bash", "command", FULL)).text()).isEqualTo("full");
        try (var other = bench.provision(HandSpec.workspace(otherId))) {
          var forty = "for i in {1..40}; do sleep 1000 & done; jobs -r | wc -l";
          assertThat(other.execute(call("bash", "command", forty)).text()).isEqualTo("40");
          assertThat(other.execute(call("write", "file_path", "f", "content", "x")).isError())
              .isFalse();
        }
        assertThat(greedy.execute(call("bash", "command", "ls -d /proc/[0-9]* | wc -l")).isError())
            .as("no process is left to it")
            .isTrue();
        assertThat(greedy.execute(call("bash", "restart", true)).isError()).isFalse();
      }
    } finally {
      host.descendants().forEach(ProcessHandle::destroyForcibly);
      host.destroyForcibly().waitFor();
      bench.discard(greedyId);
      bench.discard(otherId);
    }
  }

  private static final String FULL =
      "perl -e 'while (1) { my $p = fork; sleep 1000 if !$p }' 2>/dev/null >&2 &"
          + " while set -- /proc/[0-9]*; [ $# -lt 55 ]; do :; done; echo full";

  /// The limit is 96 MiB.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "$x = q(x) x 300000000; sleep 20",
        "for (1..8) { fork or do { $x = q(x) x 40000000; sleep 20; exit } } wait for 1..8; exit 1",
        "$s = syscall(9, 0, 300 << 20, 3, 0x21, -1, 0); fork; for (0..75) { syscall(0, fileno(Z),"
            + " $s + ($_ << 22), 4 << 20) == 4 << 20 or exit 2; syscall(28, $s + ($_ << 22), 4 <<"
            + " 20, 4) } sleep 20",
        "$m = syscall(29, 0, 300 << 20, 0600); $a = syscall(30, $m, 0, 0);"
            + " for (0..75) { syscall(0, fileno(Z), $a + ($_ << 22), 4 << 20) } sleep 20",
        "$n = q(m); $f = syscall(319, $n, 0); exit 3 if $f < 0; open M, qq(>&=$f); while (1) {"
            + " print M q(x) x 1048576 or exit 4 }",
        "syscall(157, 4, 0); $x = q(x) x 300000000; sleep 20"
      })
  void memoryIsBoundedWhateverHoldsIt(String program) throws Exception {
    var neighbour = new SessionId(session.value() + "n");
    try (var other = bench.provision(HandSpec.workspace(neighbour))) {
      other.execute(call("bash", "command", "x=kept"));
      error(
          "bash",
          "command",
          "perl -e 'open Z, q(/dev/zero); " + program + "'",
          "timeout_ms",
          15_000);
      assertThat(other.execute(call("bash", "command", "echo $x")).text()).isEqualTo("kept");
    } finally {
      bench.discard(neighbour);
    }
    assertThat(bash("echo alive")).isEqualTo("alive");
  }

  @Test
  void childrenThatShareTheirParentsMemoryCountItOnce() throws Exception {
    assertThat(
            bash(
                "perl -e '$x = q(x) x 20000000; for (1..6) { fork or do { select undef, undef,"
                    + " undef, 1.5; exit } } $n = 0; for (1..6) { wait; $n += $? == 0 } print $n'"))
        .isEqualTo("6");
  }
}
