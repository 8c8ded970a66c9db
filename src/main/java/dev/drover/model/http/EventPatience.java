package dev.drover.model.http;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How long the next byte of one reply may take. Until the reply is under way the limit is fixed,
/// whatever comes; from then on every byte counts, but heartbeats alone do not hold a reply open
/// for ever. For one thread.
final class EventPatience {
  /// Longest time in which nothing but heartbeats comes: a model that thinks in silence.
  static final Duration HEARTBEATS = Duration.ofMinutes(30);

  /// Longest time from the end of a reply by its own words to the end of its stream.
  static final Duration END = Duration.ofSeconds(10);

  /// Events after which a reply is under way.
  private static final int UNDER_WAY = 2;

  private final Timeouts timeouts;
  private final LongSupplier nanos;
  private final long begun;
  private long lastEvent;
  private int events;
  private boolean isEnding;
  private long ending;

  /// @param nanos a clock, such as [System#nanoTime]
  EventPatience(Timeouts timeouts, LongSupplier nanos) {
    this.timeouts = timeouts;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
    this.lastEvent = begun;
  }

  /// An event has come that is no heartbeat.
  void event() {
    events = Math.min(events + 1, UNDER_WAY);
    lastEvent = nanos.getAsLong();
  }

  /// The reply is over by its own words: nothing that follows is waited for longer than [#END].
  void expectEnd() {
    if (!isEnding) {
      isEnding = true;
      ending = nanos.getAsLong();
    }
  }

  /// How long the next byte may take from now on; zero or less: no longer.
  Duration left() {
    long now = nanos.getAsLong();
    if (isEnding) {
      return END.minusNanos(now - ending);
    }
    if (events < UNDER_WAY) {
      return timeouts.firstEvent().minusNanos(now - begun);
    }
    var heartbeats = longer(HEARTBEATS, timeouts.betweenEvents()).minusNanos(now - lastEvent);
    return timeouts.betweenEvents().compareTo(heartbeats) < 0
        ? timeouts.betweenEvents()
        : heartbeats;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /// What has not come in time, for an error.
  String missed() {
    return events < UNDER_WAY
        ? "no reply within " + seconds(timeouts.firstEvent())
        : "no data except heartbeats for longer than " + seconds(timeouts.betweenEvents());
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1_000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
