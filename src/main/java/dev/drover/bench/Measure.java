package dev.drover.bench;

import java.io.IOException;
import java.util.List;

/// One part of the bench.
@FunctionalInterface
interface Measure {
  /// @throws IOException when a server does not do what it is there for
  List<Figure> take(Run run) throws IOException, InterruptedException;
}
