package dev.drover;

import java.util.List;
import java.util.stream.IntStream;

/// Which faults a run injects: with `-Dfaults=all` every one, and otherwise a sample, for each
/// costs the kill of a server and the start of another.
final class FaultSample {
  static final boolean ALL = "all".equals(System.getProperty("faults"));

  private FaultSample() {}

  /// Every so many of these faults.
  ///
  /// @param part the first: from 0 to below `parts`
  static <T> List<T> of(List<T> faults, int part, int parts) {
    return IntStream.range(0, faults.size())
        .filter(i -> ALL || i % parts == part)
        .mapToObj(faults::get)
        .toList();
  }
}
