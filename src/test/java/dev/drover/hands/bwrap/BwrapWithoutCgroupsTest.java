package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.hands.SandboxContract;
import dev.drover.hands.Sandboxes;
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
}
