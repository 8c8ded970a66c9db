package dev.drover.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The design of leases, checked by going through every state that a small world can get into: two
/// nodes, one session, every order of every step, crashes, false alarms, lost and late answers.
final class LeaseModelTest {
  private static final Path MODEL = Path.of("src", "test", "tla");

  @TempDir private Path scratch;

  @ParameterizedTest(name = "{0} messages, {1} faults")
  @CsvSource({"1, 1, 11000", "2, 0, 2000"})
  void theDesignHolds(int messages, int faults, long states) throws Exception {
    var verdict = check(configuration(messages, faults));
    assertThat(verdict.violated()).as(verdict.output()).isEmpty();
    assertThat(verdict.states()).isGreaterThan(states);
  }

  @ParameterizedTest(name = "without {0}: not {3}")
  @CsvSource({
    "FenceEpoch, 1, 1, EpochsNeverFall",
    "FenceNode BurialRaises, 1, 1, OneWriter",
    "FenceNode FenceEpoch, 1, 1, OneWriter",
    "RestIfReceived, 2, 0, NothingSleeps",
    "UniqueOnRepeat, 1, 1, NoEventTwice",
    "SweepLostClaims, 1, 1, Temporal properties",
    "AdoptionRaises, 1, 1, AnsweredOnce",
    "ClaimOnlyFree, 2, 0, HandedOver",
    "ClaimOnlyRegistered, 1, 1, HoldersAreRegistered",
    "RenewAfterUnknown, 1, 1, AnsweredOnce",
  })
  void noGuardCanBeSpared(String guards, int messages, int faults, String broken) throws Exception {
    var verdict = check(without(configuration(messages, faults), guards));
    assertThat(verdict.violated()).as(verdict.output()).isEqualTo(broken);
  }

  /// Belt and braces: a buried node is refused by its name, and by its epoch.
  @ParameterizedTest(name = "without {0}")
  @CsvSource({"FenceNode", "BurialRaises"})
  void oneOfTwoGuardsAgainstTheBuriedIsEnough(String guard) throws Exception {
    var verdict = check(without(configuration(1, 1), guard));
    assertThat(verdict.violated()).as(verdict.output()).isEmpty();
  }

  private Tlc.Verdict check(String configuration) throws IOException, InterruptedException {
    return new Tlc(MODEL.resolve("Lease.tla"), scratch).check(configuration);
  }

  private static String configuration(int messages, int faults) throws IOException {
    return set(
        set(Files.readString(MODEL.resolve("Lease.cfg")), "Messages", String.valueOf(messages)),
        "Faults",
        String.valueOf(faults));
  }

  private static String without(String configuration, String guards) {
    var less = configuration;
    for (var guard : guards.split(" ", -1)) {
      less = set(less, guard, "FALSE");
    }
    return less;
  }

  private static String set(String configuration, String constant, String value) {
    var line = "  " + constant + " = ";
    assertThat(configuration).contains(line);
    return configuration.replaceFirst(line + "\\w+", line + value);
  }
}
