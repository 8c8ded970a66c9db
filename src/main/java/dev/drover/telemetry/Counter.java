package dev.drover.telemetry;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/// A counter, by labels. Safe for concurrent use.
final class Counter implements Metrics.Figure {
  private final String name;
  private final String help;
  private final Labelled<LongAdder> values;

  Counter(String name, String help, String... labels) {
    this.name = name;
    this.help = help;
    values = new Labelled<>(labels, LongAdder::new);
  }

  void add(long more, String... labels) {
    values.get(labels).add(more);
  }

  void increment(String... labels) {
    add(1, labels);
  }

  /// The sum of the values whose last label fulfils a condition, and of those without labels.
  long total(Predicate<String> last) {
    return values.with(last).mapToLong(LongAdder::sum).sum();
  }

  @Override
  public void write(StringBuilder out) {
    Metrics.head(out, name, "counter", help);
    values.forEach((labels, value) -> Metrics.line(out, name, labels, (double) value.sum()));
  }
}
