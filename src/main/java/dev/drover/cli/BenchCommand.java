package dev.drover.cli;

import java.util.List;
import java.util.OptionalInt;

/// `drover bench`: how fast this machine runs Drover.
final class BenchCommand {
  private final Shell shell;
  private final Measuring measuring;

  BenchCommand(Shell shell, Measuring measuring) {
    this.shell = shell;
    this.measuring = measuring;
  }

  /// Says on standard error what it is doing: it takes a while.
  ///
  /// @return the exit status
  int run(List<String> names, boolean quick, OptionalInt streams, Measuring.Form form)
      throws InterruptedException {
    var result =
        measuring.run(
            names,
            quick,
            streams,
            form,
            name -> {
              shell.err().println("drover: measuring " + name);
              shell.err().flush();
            });
    shell.out().print(result);
    shell.out().flush();
    return 0;
  }
}
