package dev.drover.cli;

import java.io.IOException;

/// The action of a command on a running server, attached to its
/// [picocli.CommandLine.Model.CommandSpec].
@FunctionalInterface
interface Verb {
  /// @return the exit status
  int run(Invocation invocation) throws Refusal, IOException, InterruptedException;
}
