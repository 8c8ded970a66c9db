package dev.drover.session;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// A selection of consecutive events of a session's log, and the limits for reading them.
///
/// @param after the position after which to read, in the direction of reading: higher positions if
///   `ascending`, lower ones otherwise. 0 ascending and [Long#MAX_VALUE] descending read from the
///   start
/// @param limit the maximum number of events
/// @param types only events of these wire types; empty for all
/// @param visible whether to read only events that are visible to clients
/// @param from the earliest `processed_at`, inclusive
/// @param to the latest `processed_at`, inclusive
/// @param thread only events of this thread; empty for all
/// @param bytes the maximum size to read at once, in bytes; at least one event is read
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
  /// The default maximum size to read at once, in bytes.
  public static final long BYTES = 4L * 1024 * 1024;

  public Slice {
    types = Set.copyOf(types);
  }

  /// A slice of at most [#BYTES], of all threads.
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

  /// A copy with another start and limit, and without a limit in bytes.
  Slice exactly(long after, int limit) {
    return new Slice(after, limit, ascending, types, visible, from, to, thread, Long.MAX_VALUE);
  }

  /// A copy with other limits.
  public Slice within(int limit, long bytes) {
    return new Slice(after, limit, ascending, types, visible, from, to, thread, bytes);
  }

  /// A copy with only the events of one thread.
  public Slice of(ThreadKey one) {
    return new Slice(after, limit, ascending, types, visible, from, to, Optional.of(one), bytes);
  }

  /// Whether the limit in bytes can cut the slice.
  public boolean isBounded() {
    return limit > 1 && bytes < Long.MAX_VALUE;
  }

  /// A slice of all events after a position, oldest first, private events included.
  public static Slice after(long position, int limit) {
    return new Slice(position, limit, true, Set.of(), false, Optional.empty(), Optional.empty());
  }
}
