package dev.drover.bench;

import java.io.IOException;
import java.util.List;

/// A measure of the benchmark.
@FunctionalInterface
interface Measure {
  /// @throws IOException if a server does not work as expected
  List<Figure> take(Run run) throws IOException, InterruptedException;
}
