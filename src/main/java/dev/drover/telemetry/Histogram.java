package dev.drover.telemetry;

import java.util.concurrent.atomic.LongAdder;

/// How values are spread over buckets, by labels. Safe for many threads; a value and its count may
/// be seen a moment apart.
final class Histogram implements Metrics.Figure {
  /// What a sum is kept in: a millionth of a unit.
  private static final double PRECISION = 1e6;

  private final String name;
  private final String help;
  private final double[] bounds;
  private final Labelled<Series> series;

  private static final class Series {
    final LongAdder[] buckets;
    final LongAdder sum = new LongAdder();

    Series(int buckets) {
      this.buckets = new LongAdder[buckets];
      for (int i = 0; i < buckets; i++) {
        this.buckets[i] = new LongAdder();
      }
    }
  }

  Histogram(String name, String help, double[] bounds, String... labels) {
    this.name = name;
    this.help = help;
    this.bounds = bounds.clone();
    series = new Labelled<>(labels, () -> new Series(bounds.length + 1));
  }

  /// The time since `start`, a [System#nanoTime].
  void since(long start, String... labels) {
    observe((System.nanoTime() - start) / 1e9, labels);
  }

  void observe(double value, String... labels) {
    var one = series.get(labels);
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    one.buckets[bucket].increment();
    one.sum.add(Math.round(value * PRECISION));
  }

  @Override
  public void write(StringBuilder out) {
    Metrics.head(out, name, "histogram", help);
    series.forEach(
        (labels, one) -> {
          var before = labels.isEmpty() ? "" : labels + ",";
          long count = 0;
          for (int i = 0; i <= bounds.length; i++) {
            count += one.buckets[i].sum();
            var end = i == bounds.length ? "+Inf" : Double.toString(bounds[i]);
            Metrics.line(out, name + "_bucket", before + "le=\"" + end + '"', (double) count);
          }
          Metrics.line(out, name + "_sum", labels, one.sum.sum() / PRECISION);
          Metrics.line(out, name + "_count", labels, (double) count);
        });
  }
}
