package dev.drover.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The design of leases, checked by going through every state that a small world can get into: two
/// nodes, one session, every order of every step, crashes, false alarms, lost and late answers.
@Tag("proof")
@Execution(ExecutionMode.CONCURRENT)
@Tag("sandbox")
final class LeaseModelTest {
  private static final Path MODEL = Path.of("src", "test", "tla");

  @TempDir private Path scratch;

  @ParameterizedTest(name = "{0} messages, {1} faults")
  @CsvSource({"1, 2, 23000", "2, 1, 25000"})
  void theDesignHolds(int messages, int faults, long states) throws Exception {
    var verdict = check(configuration(messages, faults));
    assertThat(verdict.violated()).as(verdict.output()).isEmpty();
    assertThat(verdict.states()).isGreaterThan(states);
  }

  @Tag("soak")
  @ParameterizedTest(name = "without {0}, {3} breaks")
  @CsvSource({
    "FenceEpoch, 1, 1, EpochsNeverFall",
    "FenceNode, 1, 1, OneWriter",
    "RestIfReceived, 2, 0, NothingSleeps",
    "UniqueOnRepeat, 1, 1, NoEventTwice",
    "SweepLostClaims, 1, 1, EverythingIsAnswered",
    "AdoptAnew, 1, 1, AnsweredOnce",
    "ClaimOnlyFree, 2, 0, HandedOver",
    "FreeOrphans, 1, 1, EverythingIsAnswered",
    "LeaveAfterUnknown, 1, 1, AnsweredOnce",
  })
  void noGuardCanBeSpared(String guard, int messages, int faults, String broken) throws Exception {
    var all = set(configuration(messages, faults), guard, "FALSE");
    var alone = all.replaceAll("(?m)^(INVARIANT|PROPERTY) (?!" + broken + "$).*\\n", "");
    assertThat(alone).contains(" " + broken).isNotEqualTo(all);
    var verdict = check(alone);
    assertThat(verdict.violated()).as(verdict.output()).isEqualTo(broken);
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

  private static String set(String configuration, String constant, String value) {
    var line = "  " + constant + " = ";
    assertThat(configuration).contains(line);
    return configuration.replaceFirst(line + "\\w+", line + value);
  }
}
