package dev.drover.bench;

import java.time.Duration;

/// How much is measured. Every count is a bound: nothing goes on until something is reached.
///
/// @param concurrent sessions at work at the same time
/// @param rounds how often the two servers take turns
/// @param turns of one session, in a row
/// @param warmUps rounds before those that count
/// @param tools sessions with a sandbox
/// @param starts processes started, of each kind
/// @param streams idle ones, open at the same time
/// @param appending how long each stretch of appends lasts
/// @param events in the long log
/// @param reads of each page of it
record Size(
    int concurrent,
    int rounds,
    int turns,
    int warmUps,
    int tools,
    int starts,
    int streams,
    Duration appending,
    int events,
    int reads) {
  static final Size FULL =
      new Size(50, 12, 10, 30, 12, 5, 2_000, Duration.ofMillis(1_500), 50_000, 60);
  static final Size QUICK = new Size(50, 2, 10, 1, 2, 1, 500, Duration.ofMillis(300), 10_000, 12);
  static final Size SMALLEST = new Size(4, 1, 2, 0, 1, 1, 10, Duration.ofMillis(50), 200, 3);
}
