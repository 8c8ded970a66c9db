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
/// @param manyStreams more of them, on another server
/// @param appending how long each stretch of appends lasts
/// @param events in the long log
/// @param reads of each page of it
/// @param killed sessions at work when their server is killed
/// @param kills of servers, of each kind
/// @param lapse how long a node may be silent
record Size(
    int concurrent,
    int rounds,
    int turns,
    int warmUps,
    int tools,
    int starts,
    int streams,
    int manyStreams,
    Duration appending,
    int events,
    int reads,
    int killed,
    int kills,
    Duration lapse) {
  private static final Duration LAPSE = Duration.ofSeconds(5);

  static final Size FULL =
      new Size(
          50, 12, 10, 30, 12, 5, 2_000, 10_000, Duration.ofMillis(1_500), 50_000, 60, 20, 5, LAPSE);
  static final Size QUICK =
      new Size(50, 2, 10, 1, 2, 1, 500, 1_000, Duration.ofMillis(300), 10_000, 12, 20, 1, LAPSE);
  static final Size SMALLEST =
      new Size(
          4, 1, 2, 0, 1, 1, 10, 20, Duration.ofMillis(50), 200, 3, 2, 1, Duration.ofMillis(500));

  Size withStreams(int most) {
    return new Size(
        concurrent,
        rounds,
        turns,
        warmUps,
        tools,
        starts,
        streams,
        most,
        appending,
        events,
        reads,
        killed,
        kills,
        lapse);
  }
}
