package dev.drover.telemetry;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/// A histogram, by labels. Safe for concurrent use; the count may briefly differ from the sum.
final class Histogram implements Metrics.Figure {
  /// The unit of the stored sum: a millionth of the unit of the values.
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

  /// Adds the time since `start`, a value of [System#nanoTime].
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

  /// The numbers of values in the buckets, of all labels together.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Totals(double[] bounds, long[] buckets) {
    long count() {
      return LongStream.of(buckets).sum();
    }

    /// The values that came since an earlier moment.
    Totals since(Totals earlier) {
      var more = new long[buckets.length];
      for (int i = 0; i < more.length; i++) {
        more[i] = Math.max(0, buckets[i] - earlier.buckets[i]);
      }
      return new Totals(bounds, more);
    }

    /// An estimate of a percentile: within its bucket, values are taken to be evenly distributed.
    /// Of values above the highest bound, only that bound is known.
    ///
    /// @param part from 0 to 1
    double percentile(double part) {
      double wanted = part * count();
      double before = 0;
      for (int i = 0; i < bounds.length; i++) {
        if (buckets[i] > 0 && before + buckets[i] >= wanted) {
          double low = i == 0 ? 0 : bounds[i - 1];
          return low + (bounds[i] - low) * (wanted - before) / buckets[i];
        }
        before += buckets[i];
      }
      return bounds[bounds.length - 1];
    }
  }

  Totals totals() {
    var buckets = new long[bounds.length + 1];
    series
        .with(_ -> true)
        .forEach(
            one -> {
              for (int i = 0; i < buckets.length; i++) {
                buckets[i] += one.buckets[i].sum();
              }
            });
    return new Totals(bounds, buckets);
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
