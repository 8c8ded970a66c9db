package dev.drover.cli;

import java.util.List;

/// The signals of the operating system to this process.
@FunctionalInterface
public interface Signals {
  /// Runs `handler` on a new thread each time one of `names` (`INT`, `TERM`, `HUP`) arrives,
  /// instead of the previous handler, until the result is closed.
  Handling handle(List<String> names, Runnable handler);

  /// An installed handler.
  interface Handling extends AutoCloseable {
    @Override
    void close();
  }
}
