package dev.drover.hands.bwrap;

import dev.drover.hands.AttackContract;
import dev.drover.hands.Limits;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.SandboxSettings;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapAttackTest extends AttackContract {
  private static final long MIB = 1 << 20;
  private static final Limits SMALL =
      new Limits(128 * MIB, 64, 1, 8 * MIB, 1024 * MIB, 10_000, 512 * MIB, 256 * MIB, 64 * MIB);

  /// With a way out, which must not help an attack.
  @AutoClose
  private static final BwrapBench BENCH =
      new BwrapBench(SandboxSettings.DEFAULT.withLimits(SMALL), new OwnGateway());

  @Override
  protected Sandboxes sandboxes() {
    return BENCH;
  }
}
