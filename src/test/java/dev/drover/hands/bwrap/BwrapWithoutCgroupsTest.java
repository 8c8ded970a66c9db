package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.hands.Resources;
import dev.drover.hands.SandboxContract;
import dev.drover.hands.Sandboxes;
import dev.drover.session.SessionId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The last rung: no control groups.
@Execution(ExecutionMode.CONCURRENT)
final class BwrapWithoutCgroupsTest extends SandboxContract {
  private static BwrapBench bench;

  @BeforeAll
  static void open() {
    var limits = Limits.DEFAULT.withMemory(96 << 20).withProcesses(64);
    bench = new BwrapBench(Profile.DEFAULT.withLimits(limits).withCgroups(Path.of("/nonexistent")));
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
    assertThat(bench.sandboxes().enforcement()).isEqualTo("rlimits");
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
  void aHandThatTakesAllItsProcessesLeavesTheOthersTheirs() throws Exception {
    var id = new SessionId(session.value() + "b");
    try (var greedy = bench.provision(new Resources(id))) {
      var bomb =
          "perl -e 'while (1) { my $p = fork; sleep 1000 if !$p }' 2>/dev/null >&2 &"
              + " while set -- /proc/[0-9]*; [ $# -lt 55 ]; do :; done; echo full";
      assertThat(greedy.execute(call("bash", "command", bomb)).text()).isEqualTo("full");
      assertThat(bash("for i in {1..40}; do sleep 1000 & done; jobs -r | wc -l")).isEqualTo("40");
    } finally {
      bench.discard(id);
    }
  }
}
