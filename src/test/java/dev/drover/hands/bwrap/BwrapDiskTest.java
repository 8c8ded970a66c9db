package dev.drover.hands.bwrap;

import dev.drover.hands.DiskContract;
import dev.drover.hands.Limits;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.SandboxSettings;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapDiskTest extends DiskContract {
  @AutoClose
  private static final BwrapBench BENCH =
      new BwrapBench(
          SandboxSettings.DEFAULT.withLimits(Limits.DEFAULT.withWorkspace(8 << 20, 2_000)));

  @Override
  protected Sandboxes sandboxes() {
    return BENCH;
  }
}
