package dev.drover.mcp;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How long the client waits.
///
/// @param connect for a connection
/// @param opening for the answers that a new connection needs, and for one page of a list; all
///   pages together have four times as long
/// @param call for the result of a call, and again after each sign of progress
/// @param longest for the result of a call that makes progress
/// @param retry before a lost stream is resumed, if the server does not say
/// @param idle until an unused connection is closed
/// @param clock measures the time of calls and lists, in nanoseconds, as [System#nanoTime]
record McpTimes(
    Duration connect,
    Duration opening,
    Duration call,
    Duration longest,
    Duration retry,
    Duration idle,
    LongSupplier clock) {
  static final McpTimes USUAL =
      new McpTimes(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofMinutes(30),
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          System::nanoTime);

  /// The end of a list that begins now; each page is a sign of progress.
  Deadline forList() {
    return new Deadline(opening, opening.multipliedBy(4), clock);
  }

  /// The end of a call that begins now.
  Deadline forCall() {
    return new Deadline(call, longest, clock);
  }
}
