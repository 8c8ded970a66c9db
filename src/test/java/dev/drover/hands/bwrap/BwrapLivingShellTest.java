package dev.drover.hands.bwrap;

import dev.drover.hands.LivingShellContract;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.SandboxSettings;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapLivingShellTest extends LivingShellContract {
  @AutoClose private static final BwrapBench BENCH = new BwrapBench(SandboxSettings.DEFAULT);

  @Override
  protected Sandboxes sandboxes() {
    return BENCH;
  }
}
