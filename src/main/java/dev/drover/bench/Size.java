package dev.drover.bench;

import java.time.Duration;

/// The size of a run. All counts are fixed in advance; no measure runs until a condition is met.
///
/// @param concurrent the number of sessions that are active at the same time
/// @param rounds the number of rounds on each of the two servers
/// @param turns the number of consecutive turns of a session
/// @param warmUps the number of rounds that do not count
/// @param tools the number of sessions with a sandbox
/// @param starts the number of processes of each kind that are started
/// @param streams the number of idle streams that are open at the same time
/// @param manyStreams the larger number of idle streams, on another server
/// @param appending the duration of each series of appends
/// @param events the number of events in the long log
/// @param reads how often each page of the long log is read
/// @param killed the number of active sessions when a server is killed
/// @param kills the number of servers of each kind that are killed
/// @param lapse how long a node may be without a beat
/// @param contextTurns the number of turns of a session that is longer than its context
/// @param transfers what sandboxes fetch
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
    Duration lapse,
    int contextTurns,
    Transfers transfers) {
  private static final Duration LAPSE = Duration.ofSeconds(5);

  static final Size FULL =
      new Size(
          50,
          12,
          10,
          30,
          12,
          5,
          2_000,
          10_000,
          Duration.ofMillis(1_500),
          50_000,
          60,
          20,
          5,
          LAPSE,
          50,
          new Transfers(512, 200, 100, 5));
  static final Size QUICK =
      new Size(
          50,
          2,
          10,
          1,
          2,
          1,
          500,
          1_000,
          Duration.ofMillis(300),
          10_000,
          12,
          20,
          1,
          LAPSE,
          10,
          new Transfers(128, 200, 20, 2));
  static final Size SMALLEST =
      new Size(
          4,
          1,
          2,
          0,
          1,
          1,
          10,
          20,
          Duration.ofMillis(50),
          200,
          3,
          2,
          1,
          Duration.ofMillis(500),
          2,
          new Transfers(1, 4, 1, 1));

  /// What sandboxes fetch.
  ///
  /// @param megabytes the size of a download
  /// @param connections the number of connections that are open at the same time
  /// @param repository the size of a git repository, in megabytes
  /// @param rounds the number of rounds with and without the gateway
  record Transfers(int megabytes, int connections, int repository, int rounds) {}

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
        lapse,
        contextTurns,
        transfers);
  }
}
