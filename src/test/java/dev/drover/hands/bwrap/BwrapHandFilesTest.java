package dev.drover.hands.bwrap;

import dev.drover.hands.HandFilesContract;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.SandboxSettings;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapHandFilesTest extends HandFilesContract {
  @AutoClose private static final BwrapBench BENCH = new BwrapBench(SandboxSettings.DEFAULT);

  @Override
  protected Sandboxes sandboxes() {
    return BENCH;
  }
}
