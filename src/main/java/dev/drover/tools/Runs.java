package dev.drover.tools;

/// Who runs the calls of a tool.
public sealed interface Runs {
  /// Something that the brain hands calls to.
  sealed interface Carried extends Runs {}

  /// The session's hand: a sandbox, made when a call needs one.
  record Hand() implements Carried {}

  /// This server, in the brain's own process.
  record Server(ServerTool tool) implements Carried {}

  /// The client, which sends the result.
  record Client() implements Runs {}
}
