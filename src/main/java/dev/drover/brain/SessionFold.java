package dev.drover.brain;

import dev.drover.session.Event;
import dev.drover.session.Money;
import dev.drover.session.Stored;
import dev.drover.session.ThreadKey;
import dev.drover.session.Usage;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The fold of a session: the state that its threads share, and a [ThreadFold] for each. It is
/// folded once from the last boundary, then updated with each append. One thread.
final class SessionFold {
  private final ThreadFold primary = new ThreadFold();
  private final Map<ThreadKey, ThreadFold> children = new LinkedHashMap<>();
  private long position;
  private Usage reported;
  private Optional<Money> budget;

  /// @param boundary the boundary from the session's row
  /// @param reported the usage from the session's row
  /// @param budget the budget from the session's row
  SessionFold(long boundary, Usage reported, Optional<Money> budget) {
    this.position = boundary;
    this.reported = reported;
    this.budget = budget;
  }

  void addAll(List<Stored> events) {
    events.forEach(this::add);
  }

  private void add(Stored stored) {
    position = stored.position();
    switch (stored.event()) {
      case Event.UsageReported e -> reported = e.usage();
      case Event.SessionUpdated e -> budget = e.changesBudget() ? e.budget() : budget;
      case Event.Continued e -> {
        reported = Usage.NONE;
        budget = e.budget();
      }
      default -> thread(stored.thread()).add(stored);
    }
  }

  /// The fold of one thread; always the same object for the same thread.
  ThreadFold thread(ThreadKey key) {
    return key.equals(ThreadKey.PRIMARY)
        ? primary
        : children.computeIfAbsent(key, _ -> new ThreadFold());
  }

  /// The position of the last event folded.
  long position() {
    return position;
  }

  /// The budget of the session; empty if it has none.
  Optional<Money> budget() {
    return budget;
  }

  /// The usage of the session by `now`, including the running turns.
  Usage usedBy(Instant now) {
    var used = reported.plus(primary.usedBy(now));
    for (var child : children.values()) {
      used = used.plus(child.usedBy(now));
    }
    return used;
  }
}
