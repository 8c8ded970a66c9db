package dev.drover.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The signals that [Process] cannot send, and ends that `close()` may wait for.
final class Signals {
  private Signals() {}

  /// Sends it to those that still are; that some have gone meanwhile is no failure.
  ///
  /// @param name without `SIG`
  static void send(String name, Stream<ProcessHandle> processes)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("sh", "-c", "kill -" + name + " \"$@\"", "kill"));
    processes.map(process -> Long.toString(process.pid())).forEach(command::add);
    new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /// Waits for a thread that is about to end; an interrupt is kept for the caller.
  static void awaitEnd(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
