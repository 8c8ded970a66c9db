package dev.drover.bench;

import java.util.Collection;
import java.util.List;

/// Measured values.
record Samples(List<Double> values) {
  Samples {
    values = values.stream().sorted().toList();
  }

  static Samples of(Collection<? extends Collection<Double>> rounds) {
    return new Samples(rounds.stream().<Double>flatMap(Collection::stream).toList());
  }

  double median() {
    return percentile(50);
  }

  /// The smallest value that `percent` of all do not exceed.
  double percentile(int percent) {
    if (values.isEmpty()) {
      throw new IllegalStateException("nothing was measured");
    }
    int rank = (int) Math.ceil(values.size() * percent / 100.0);
    return values.get(Math.max(0, rank - 1));
  }
}
