package dev.drover.model.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/// The connections to one server that are kept for the next request, as far as can be known from
/// the replies that were read to their end. Safe for many threads.
final class IdleConnections {
  /// The time for which the JDK's client keeps an idle connection.
  private static final Duration KEPT = Duration.ofSeconds(30);

  private static final int MAX = 1_000;

  private final LongSupplier nanos;
  private final Deque<Long> since = new ArrayDeque<>();

  /// @param nanos a clock, such as [System#nanoTime]
  IdleConnections(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Records that a reply was read to its end, so that its connection is kept.
  synchronized void add() {
    since.addFirst(nanos.getAsLong());
    if (since.size() > MAX) {
      since.removeLast();
    }
  }

  /// Whether the next request may use a kept connection; if not, it certainly has a new one. One
  /// connection is no longer idle afterwards.
  synchronized boolean take() {
    long now = nanos.getAsLong();
    while (!since.isEmpty() && now - since.getLast() > KEPT.toNanos()) {
      since.removeLast();
    }
    return since.pollFirst() != null;
  }
}
