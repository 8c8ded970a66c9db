package dev.drover.cli;

import java.io.IOException;

/// What a command does on a running server. Hangs on its [picocli.CommandLine.Model.CommandSpec].
@FunctionalInterface
interface Verb {
  /// @return the exit status
  int run(Invocation invocation) throws Refusal, IOException, InterruptedException;
}
