package dev.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/// A text turn takes no more statements, commits, reads, memory and system calls than it did. Times
/// depend on the machine; these counts do not. Their bounds are a little above what was counted
/// when they were set. A change that needs fewer lowers them; one that needs more says why.
@Timeout(120)
@Tag("database")
@Tag("sandbox")
final class TurnCountsTest {
  private static final int SESSIONS = 6;
  private static final int TURNS = 10;

  private static final Map<String, Double> BOUNDS =
      new LinkedHashMap<>(
          Map.of(
              TurnCounts.STATEMENTS, 0.0,
              TurnCounts.COMMITS, 0.0,
              TurnCounts.EVENTS_READ, 0.0,
              TurnCounts.ALLOCATED, 0.0,
              TurnCounts.CALLS, 0.0));

  private static <T> T notNeeded(Object any) throws IOException {
    throw new IOException("not needed: " + any);
  }

  @Test
  void aTurnTakesNoMoreThanItDid(TestReporter reporter) throws Exception {
    try (var run =
        new Run(
            Size.SMALLEST,
            TurnCountsTest::notNeeded,
            TurnCountsTest::notNeeded,
            TurnCountsTest::notNeeded,
            Optional.empty(),
            new Ids(new Random(1)))) {
      var counts = TurnCounts.measure(run, run.drover("counts"), SESSIONS, TURNS).each();
      counts.forEach((name, count) -> reporter.publishEntry(name, "%.2f".formatted(count)));
      assertThat(counts.keySet()).containsAll(TurnCounts.NAMES.subList(0, 4));
      var softly = new SoftAssertions();
      counts.forEach(
          (name, count) ->
              softly
                  .assertThat(count)
                  .as("a turn: %s. Has a change made turns more expensive?", name)
                  .isLessThanOrEqualTo(BOUNDS.get(name)));
      softly.assertAll();
    }
  }
}
