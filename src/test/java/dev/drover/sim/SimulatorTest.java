package dev.drover.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Thousands of small worlds; with `-Dfaults=all`, 10,000. A seed that fails fails every time: `mvn
/// test -Dtest=SimulatorTest -Dsim.first=SEED -Dsim.seeds=1` replays it and tells its story.
@Tag("proof")
@Isolated // it hears every error of every brain
final class SimulatorTest {
  private static final long FIRST = Long.getLong("sim.first", 1);
  private static final int SEEDS =
      Integer.getInteger("sim.seeds", "all".equals(System.getProperty("faults")) ? 10_000 : 1_000);

  /// Worlds within which a planted mistake must be found.
  private static final int SOON = 500;

  /// Worlds among which all strategies are, and contexts that become full.
  private static final int ENOUGH = 200;

  private static final Logger BRAINS = Logger.getLogger("dev.drover.brain");
  private static final Errors ERRORS = new Errors();

  @BeforeAll
  static void listen() {
    BRAINS.setUseParentHandlers(false);
    BRAINS.setLevel(Level.SEVERE);
    BRAINS.addHandler(ERRORS);
  }

  @AfterAll
  static void leave() {
    BRAINS.removeHandler(ERRORS);
    BRAINS.setLevel(null);
    BRAINS.setUseParentHandlers(true);
  }

  @Test
  void nothingIsLostAndNothingIsDoubled() {
    var totals = new Totals();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      var outcome = run(seed, Defect.NONE, SEEDS == 1);
      totals.add(outcome.totals());
      if (!outcome.violations().isEmpty()) {
        throw new AssertionError(
            "seed %d: %s%n%s%nto replay: mvn test -Dtest=SimulatorTest -Dsim.first=%d -Dsim.seeds=1"
                .formatted(
                    seed,
                    String.join("\n  ", outcome.violations()),
                    String.join("\n", outcome.story()),
                    seed));
      }
    }
    System.out.println(totals);
    assertThat(totals.acknowledged).isPositive();
    assertThat(totals.calls).isPositive();
    if (SEEDS >= ENOUGH) {
      assertThat(totals.chapters).isGreaterThan(SEEDS / 4);
      assertThat(totals.summaries).isPositive().isLessThan(totals.chapters);
    }
  }

  @Test
  void aSeedIsAWholeWorld() {
    for (long seed = FIRST; seed < FIRST + 20; seed++) {
      var once = run(seed, Defect.NONE, true);
      var again = run(seed, Defect.NONE, true);
      assertThat(again.story()).isEqualTo(once.story());
      assertThat(again.print()).isEqualTo(once.print());
      assertThat(run(seed, Defect.NONE, false).print()).isEqualTo(once.print());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aPlantedMistakeIsFoundSoon(Defect defect) {
    for (long seed = 1; seed <= SOON; seed++) {
      var violations = run(seed, defect, false).violations();
      if (!violations.isEmpty()) {
        System.out.printf("%s is found in world %d: %s%n", defect, seed, violations.getFirst());
        return;
      }
    }
    throw new AssertionError("not found in " + SOON + " worlds");
  }

  /// What a brain logs as a mistake of ours is one.
  private static Simulation.Outcome run(long seed, Defect defect, boolean tells) {
    ERRORS.clear();
    var outcome = Simulation.run(seed, defect, tells);
    outcome.violations().addAll(ERRORS.heard());
    return outcome;
  }
}
