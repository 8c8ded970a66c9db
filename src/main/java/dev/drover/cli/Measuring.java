package dev.drover.cli;

import dev.drover.base.Problem;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Measures Drover on this machine. Handed in by Main, which alone knows the parts.
public interface Measuring {
  /// How the result is to be written.
  enum Form {
    TABLE,
    MARKDOWN,
    JSON
  }

  /// Takes some minutes, or less than one when `quick`.
  ///
  /// @param names of the measures to take; none: all
  /// @param streams idle ones to hold at once at the most; none: as many as are usual
  /// @param progress is told what is being measured
  /// @return what to print
  /// @throws Problem for a name that means nothing, and when nothing can be measured
  String run(
      List<String> names, boolean quick, OptionalInt streams, Form form, Consumer<String> progress)
      throws InterruptedException;
}
