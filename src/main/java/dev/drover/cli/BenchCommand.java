package dev.drover.cli;

import java.util.List;
import java.util.OptionalInt;

/// `drover bench`: measures how fast Drover is on this machine.
final class BenchCommand {
  private final Shell shell;
  private final Measuring measuring;

  BenchCommand(Shell shell, Measuring measuring) {
    this.shell = shell;
    this.measuring = measuring;
  }

  /// Reports its progress on standard error, because it takes minutes.
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
