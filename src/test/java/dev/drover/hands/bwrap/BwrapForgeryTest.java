package dev.drover.hands.bwrap;

import dev.drover.hands.ForgeryContract;
import dev.drover.hands.Sandboxes;
import dev.drover.hands.local.SandboxSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class BwrapForgeryTest extends ForgeryContract {
  private static BwrapBench bench;

  @BeforeAll
  static void open() {
    bench = new BwrapBench(SandboxSettings.DEFAULT);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  @Override
  protected Sandboxes sandboxes() {
    return bench;
  }
}
