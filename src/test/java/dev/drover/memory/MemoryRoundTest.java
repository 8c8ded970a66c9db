package dev.drover.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The rounds that keep directories and memory stores equal, in simulated worlds.
final class MemoryRoundTest {
  private static void worlds(int first, int end) {
    for (long seed = first; seed < end; seed++) {
      assertThat(new MemoryRoundSimulation(seed).run()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void nothingIsLostNothingIsOverwrittenInSilenceAndAllAgreeInTheEnd() {
    worlds(0, 2_000);
  }

  @Test
  @Tag("proof")
  void thatHoldsInFourThousandMoreWorlds() {
    worlds(2_000, 6_000);
  }

  @Test
  @Tag("soak")
  void thatHoldsInTwentyThousandWorlds() {
    worlds(6_000, 20_000);
  }

  private static long failing(UnaryOperator<MemoryRoundSimulation> bug) {
    return LongStream.range(0, 200)
        .filter(seed -> !bug.apply(new MemoryRoundSimulation(seed)).run().isEmpty())
        .count();
  }

  @Test
  void theSimulationFindsFilesThatAreOverwrittenUnseen() {
    assertThat(failing(MemoryRoundSimulation::blind)).isGreaterThan(5);
  }

  @Test
  void theSimulationFindsContentsThatAreNotKept() {
    assertThat(
            failing(
                world -> {
                  world.memories.forgetsTheLoser = true;
                  return world;
                }))
        .isGreaterThan(100);
  }

  @Test
  void theSimulationFindsChangesThatIgnoreEachOther() {
    assertThat(
            failing(
                world -> {
                  world.memories.ignoresPreconditions = true;
                  return world;
                }))
        .isGreaterThan(5);
  }
}
