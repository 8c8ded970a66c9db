package dev.drover.gateway;

import java.time.Duration;

/// The limits on the connections of sandboxes.
///
/// @param perHand connections of one sandbox at once; further ones wait, and are then refused
/// @param perNode connections of all sandboxes of this server at once; further ones are refused
/// @param head how long a program may take to say what it wants, and a name to be looked up
/// @param crowded while a sandbox has `perHand` connections: how long a program may take to say
///   what it wants, and how long a connection waits for the end of another one
/// @param connect how long a host may take to accept a connection
/// @param silence how long both sides may be silent
/// @param half how long the rest may be silent when one side has ended
/// @param life the longest connection
/// @param bytes that a sandbox may send, and that it may receive
record ConnectionLimits(
    int perHand,
    int perNode,
    Duration head,
    Duration crowded,
    Duration connect,
    Duration silence,
    Duration half,
    Duration life,
    long bytes) {
  static ConnectionLimits of(long bytes) {
    return new ConnectionLimits(
        256,
        4096,
        Duration.ofSeconds(10),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        Duration.ofMinutes(15),
        Duration.ofMinutes(1),
        Duration.ofHours(6),
        bytes);
  }
}
