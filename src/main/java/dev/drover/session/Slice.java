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
/// @param thread only events of this thread; empty: of all
/// @param bytes at most so much of it at once, and at least one event
public record Slice(
    long after,
    int limit,
    boolean ascending,
    Set<String> types,
    boolean visible,
    Optional<Instant> from,
    Optional<Instant> to,
    Optional<ThreadKey> thread,
    long bytes) {
  /// What is read of a log at once, in bytes.
  public static final long BYTES = 4L * 1024 * 1024;

  public Slice {
    types = Set.copyOf(types);
  }

  /// A stretch of at most [#BYTES], of all threads.
  public Slice(
      long after,
      int limit,
      boolean ascending,
      Set<String> types,
      boolean visible,
      Optional<Instant> from,
      Optional<Instant> to) {
    this(after, limit, ascending, types, visible, from, to, Optional.empty(), BYTES);
  }

  /// So many of the same events from another place on, however large they are.
  Slice exactly(long after, int limit) {
    return new Slice(after, limit, ascending, types, visible, from, to, thread, Long.MAX_VALUE);
  }

  /// The same events, at most so many and so much at once.
  public Slice within(int limit, long bytes) {
    return new Slice(after, limit, ascending, types, visible, from, to, thread, bytes);
  }

  /// Those of the same events that belong to one thread.
  public Slice of(ThreadKey one) {
    return new Slice(after, limit, ascending, types, visible, from, to, Optional.of(one), bytes);
  }

  /// Whether it may have to be cut by its bytes.
  public boolean isBounded() {
    return limit > 1 && bytes < Long.MAX_VALUE;
  }

  /// Everything after a position, oldest first, private events included.
  public static Slice after(long position, int limit) {
    return new Slice(position, limit, true, Set.of(), false, Optional.empty(), Optional.empty());
  }
}
