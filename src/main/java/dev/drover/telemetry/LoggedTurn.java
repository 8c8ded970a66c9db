package dev.drover.telemetry;

import dev.drover.session.Event;
import dev.drover.session.EventId;
import dev.drover.session.EventLog;
import dev.drover.session.SessionId;
import dev.drover.session.Slice;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// What the log says about a turn that has just ended. It is read for turns whose beginning this
/// process has not seen.
///
/// @param ran whether a `session.status_running` lies between the turn's idle event and the one
///   before it
/// @param took the time since the first of them; empty if the log does not show it
record LoggedTurn(boolean ran, Optional<Duration> took) {
  static final LoggedTurn UNKNOWN = new LoggedTurn(true, Optional.empty());

  /// The number of status events to read: a turn has one more for each pause after a failure.
  private static final int LIMIT = 100;

  private static final Slice STATUSES =
      new Slice(
          Long.MAX_VALUE,
          LIMIT,
          false,
          Set.of("session.status_running", "session.status_idle"),
          false,
          Optional.empty(),
          Optional.empty());

  static LoggedTurn read(EventLog log, SessionId session, EventId idle) {
    var ended = Optional.<Instant>empty();
    var began = Optional.<Instant>empty();
    var statuses = log.getEvents(session, STATUSES);
    for (var stored : statuses) {
      if (stored.event().id().equals(idle)) {
        ended = Optional.of(stored.processedAt());
      } else if (ended.isPresent() && stored.event() instanceof Event.StatusIdle) {
        return between(began, ended);
      } else if (ended.isPresent()) {
        began = Optional.of(stored.processedAt());
      }
    }
    return statuses.size() < LIMIT && ended.isPresent() ? between(began, ended) : UNKNOWN;
  }

  private static LoggedTurn between(Optional<Instant> began, Optional<Instant> ended) {
    return new LoggedTurn(
        began.isPresent(), began.flatMap(start -> ended.map(end -> Duration.between(start, end))));
  }
}
