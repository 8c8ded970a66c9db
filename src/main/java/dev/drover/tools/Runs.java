package dev.drover.tools;

/// What runs the calls of a tool.
public sealed interface Runs {
  /// A runner to which the brain dispatches calls.
  sealed interface Carried extends Runs {}

  /// The session's hand: a sandbox, created when a call needs it.
  record Hand() implements Carried {}

  /// This server, in the brain's own process.
  record Server(ServerTool tool) implements Carried {}

  /// The client, which sends the result.
  record Client() implements Runs {}
}
