package dev.drover.model.http;

import dev.drover.settings.Section;
import java.time.Duration;

/// The time limits for a model server.
///
/// @param connect the time to establish a connection
/// @param firstEvent the time from the request, including the connection, until the second event of
///   the reply. Many servers send the first event before they have read the prompt. Heartbeats do
///   not count. Models that are loaded at the first request, and long prompts on small machines,
///   take minutes
/// @param betweenEvents the time between two bytes of a reply from then on, including heartbeats.
///   Some servers send a tool call only when it is complete
public record Timeouts(Duration connect, Duration firstEvent, Duration betweenEvents) {
  /// The limits for servers of any size and place.
  public static final Timeouts DEFAULT =
      new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(5));

  /// The limits for the vendors' own servers, which send every piece as soon as it exists.
  public static final Timeouts VENDOR =
      new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(2));

  private static final long DAY_MS = Duration.ofDays(1).toMillis();

  static Timeouts read(Section section, Timeouts usual) {
    return new Timeouts(
        section.millis("connect_ms", 1, DAY_MS, usual.connect),
        section.millis("first_event_ms", 1, DAY_MS, usual.firstEvent),
        section.millis("between_events_ms", 1, DAY_MS, usual.betweenEvents));
  }
}
