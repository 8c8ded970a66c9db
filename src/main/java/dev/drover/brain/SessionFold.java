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

/// What the log says of a session's present: what all its threads have in common, and a
/// [ThreadFold] for each. Folded once from the last boundary, then fed each append. One thread.
final class SessionFold {
  private final ThreadFold primary = new ThreadFold();
  private final Map<ThreadKey, ThreadFold> children = new LinkedHashMap<>();
  private long position;
  private Usage reported;
  private Optional<Money> budget;

  /// @param boundary as the session's row has it
  /// @param reported what the session's row says it has used
  /// @param budget as the session's row has it
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
      default -> thread(stored.thread()).add(stored);
    }
  }

  /// The fold of one thread: the same as long as this lives.
  ThreadFold thread(ThreadKey key) {
    return key.equals(ThreadKey.PRIMARY)
        ? primary
        : children.computeIfAbsent(key, _ -> new ThreadFold());
  }

  /// The position of the last event folded.
  long position() {
    return position;
  }

  /// What the session may cost.
  Optional<Money> budget() {
    return budget;
  }

  /// What the session has used by `now`, the turns that go on included.
  Usage usedBy(Instant now) {
    var used = reported.plus(primary.usedBy(now));
    for (var child : children.values()) {
      used = used.plus(child.usedBy(now));
    }
    return used;
  }
}
