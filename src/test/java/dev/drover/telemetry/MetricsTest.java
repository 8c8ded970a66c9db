package dev.drover.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void aCounterIsShownByItsLabels() {
    var calls = metrics.counter("calls_total", "Calls.", "tool", "outcome");
    calls.increment("bash", "ok");
    calls.add(2, "bash", "ok");
    calls.increment("a\"b\\c\nd", "ok");
    assertThat(metrics.text())
        .startsWith("# HELP calls_total Calls.\n# TYPE calls_total counter\n")
        .contains("calls_total{tool=\"bash\",outcome=\"ok\"} 3\n")
        .contains("calls_total{tool=\"a\\\"b\\\\c\\nd\",outcome=\"ok\"} 1\n");
  }

  @Test
  void aCounterWithoutLabelsIsShownFromTheStart() {
    metrics.counter("lost_total", "Lost.");
    assertThat(metrics.text()).endsWith("lost_total 0\n");
  }

  @Test
  void aHistogramCountsEachBucketWithAllBelow() {
    var took = metrics.histogram("took_seconds", "Time.", new double[] {0.1, 1}, "route");
    took.observe(0.1, "a");
    took.observe(0.5, "a");
    took.observe(7, "a");
    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP took_seconds Time.
            # TYPE took_seconds histogram
            took_seconds_bucket{route="a",le="0.1"} 1
            took_seconds_bucket{route="a",le="1.0"} 2
            took_seconds_bucket{route="a",le="+Inf"} 3
            took_seconds_sum{route="a"} 7.6
            took_seconds_count{route="a"} 3
            """);
  }

  @Test
  void aGaugeIsAskedWhenItIsShown() {
    var value = new double[] {1};
    metrics.gauge("depth", "Depth.", () -> value[0]);
    value[0] = 2.5;
    assertThat(metrics.text()).endsWith("# TYPE depth gauge\ndepth 2.5\n");
  }

  @Test
  void labelsCannotFillTheMemory() {
    var calls = metrics.counter("calls_total", "Calls.", "id");
    for (int i = 0; i < 2 * Labelled.LIMIT; i++) {
      calls.increment("id" + i);
    }
    assertThat(metrics.text().lines()).hasSize(2 + Labelled.LIMIT + 1);
    assertThat(metrics.text()).contains("calls_total{id=\"other\"} " + Labelled.LIMIT + "\n");
  }

  @Test
  void aForgottenLabelIsAMistake() {
    var calls = metrics.counter("calls_total", "Calls.", "a", "b");
    assertThatThrownBy(() -> calls.increment("x")).isInstanceOf(IllegalArgumentException.class);
  }
}
