package dev.drover.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import java.io.IOException;
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

  /// What was counted when the bounds were set, and the bounds.
  private static final Map<String, Bound> BOUNDS =
      Map.of(
          TurnCounts.STATEMENTS, new Bound(31, 33),
          TurnCounts.COMMITS, new Bound(3, 3.2),
          TurnCounts.EVENTS_READ, new Bound(49.5, 51),
          // Code that is not compiled yet allocates more than compiled code.
          TurnCounts.ALLOCATED, new Bound(730_000, 950_000),
          TurnCounts.CALLS, new Bound(80, 92));

  private record Bound(double counted, double most) {}

  @Test
  void aTurnTakesNoMoreThanItDid(TestReporter reporter) throws Exception {
    try (var run =
        new Run(
            Size.SMALLEST,
            file -> {
              throw new IOException("not needed: " + file);
            },
            data -> {
              throw new IOException("not needed: " + data);
            },
            base -> {
              throw new IOException("not needed: " + base);
            },
            Optional.empty(),
            new Ids(new Random(1)))) {
      var counts = TurnCounts.measure(run, run.drover("counts"), SESSIONS, TURNS).each();
      counts.forEach((name, count) -> reporter.publishEntry(name, "%.2f".formatted(count)));
      assertThat(counts.keySet()).containsAll(TurnCounts.NAMES.subList(0, 4));
      var softly = new SoftAssertions();
      BOUNDS.forEach(
          (name, bound) ->
              softly
                  .assertThat(counts.getOrDefault(name, 0.0))
                  .as(
                      "a turn: %s. It was %.1f when the bound was set: what has made turns more"
                          + " expensive?",
                      name, bound.counted())
                  .isLessThanOrEqualTo(bound.most()));
      softly.assertAll();
    }
  }
}
