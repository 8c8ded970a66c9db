package dev.drover.cli;

import java.util.List;

/// The signals that the operating system sends to this process.
@FunctionalInterface
public interface Signals {
  /// Runs `handler`, on a thread of its own, each time one of `names` (`INT`, `TERM`) arrives,
  /// instead of what happened before; until the result is closed.
  Handling handle(List<String> names, Runnable handler);

  /// A handler in place.
  interface Handling extends AutoCloseable {
    @Override
    void close();
  }
}
