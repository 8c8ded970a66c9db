package dev.drover.session;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// A stretch of a session's log.
///
/// @param after positions beyond this one, in the direction of reading: above it when `ascending`,
///   else below it. 0 ascending and [Long#MAX_VALUE] descending read from the start
/// @param limit at most this many
/// @param types only events of these wire types; empty: all
/// @param visible only what clients may see
/// @param from the earliest `processed_at`, inclusive
/// @param to the latest `processed_at`, inclusive
public record Slice(
    long after,
    int limit,
    boolean ascending,
    Set<String> types,
    boolean visible,
    Optional<Instant> from,
    Optional<Instant> to) {
  public Slice {
    types = Set.copyOf(types);
  }

  /// Everything after a position, oldest first, private events included.
  public static Slice after(long position, int limit) {
    return new Slice(position, limit, true, Set.of(), false, Optional.empty(), Optional.empty());
  }
}
