package dev.drover.hands.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.hands.GrepContract;
import dev.drover.hands.Sandboxes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
final class BwrapRipgrepTest extends GrepContract {
  private static BwrapBench bench;

  @BeforeAll
  static void open() {
    assertThat(List.of("/usr/local/bin/rg", "/usr/bin/rg", "/bin/rg"))
        .as("these tests need ripgrep. On Debian or Ubuntu: apt-get install ripgrep")
        .anyMatch(rg -> Files.isExecutable(Path.of(rg)));
    bench = new BwrapBench(Profile.DEFAULT);
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
