package dev.drover.model.http;

import java.time.Duration;
import java.util.function.LongSupplier;

/// The time limits of one reply. Until the reply has begun, one limit applies to all of it. From
/// then on each byte has its own limit, but heartbeats alone do not keep a reply open for ever. For
/// one thread.
final class EventPatience {
  /// The maximum time with nothing but heartbeats, while a model thinks.
  static final Duration HEARTBEATS = Duration.ofMinutes(30);

  /// The maximum time from the end mark of a reply to the end of its stream.
  static final Duration END = Duration.ofSeconds(10);

  /// The number of events after which a reply has begun.
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

  /// Records an event that is not a heartbeat.
  void event() {
    events = Math.min(events + 1, UNDER_WAY);
    lastEvent = nanos.getAsLong();
  }

  /// Records that the end mark has arrived: the rest of the stream must arrive within [#END].
  void expectEnd() {
    if (!isEnding) {
      isEnding = true;
      ending = nanos.getAsLong();
    }
  }

  /// The time limit for the next byte; zero or less if the limit is exceeded.
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

  /// The limit that was exceeded, for an error message.
  String missed() {
    return events < UNDER_WAY
        ? "no reply within " + seconds(timeouts.firstEvent())
        : "no data except heartbeats for longer than " + seconds(timeouts.betweenEvents());
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1_000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
