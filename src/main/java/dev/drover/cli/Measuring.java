package dev.drover.cli;

import dev.drover.base.Problem;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// The benchmark of Drover on this machine. It is passed in by Main, because the command line does
/// not know the parts.
public interface Measuring {
  /// The form of the result.
  enum Form {
    TABLE,
    MARKDOWN,
    JSON
  }

  /// Takes some minutes, or less than one if `quick`.
  ///
  /// @param names the measures to take; all if empty
  /// @param streams the maximum number of idle streams; the default if empty
  /// @param progress receives the name of each measure before it runs
  /// @return the text to print
  /// @throws Problem if a name is unknown, or if nothing can be measured
  String run(
      List<String> names, boolean quick, OptionalInt streams, Form form, Consumer<String> progress)
      throws InterruptedException;
}
