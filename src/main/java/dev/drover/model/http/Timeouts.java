package dev.drover.model.http;

import dev.drover.settings.Section;
import java.time.Duration;

/// How long to wait for a model server.
///
/// @param connect until the connection stands
/// @param firstEvent from the request, its connection included, until a reply is under way: until
///   its second event, since many servers send the first before they have read the prompt.
///   Heartbeats do not count. Models that are loaded at the first request, and long prompts on
///   small machines, take minutes
/// @param betweenEvents between two bytes of a reply from then on, heartbeats among them. Some
///   servers send a tool call only when the whole of it is written
public record Timeouts(Duration connect, Duration firstEvent, Duration betweenEvents) {
  /// For servers that may be anywhere and of any size.
  public static final Timeouts DEFAULT =
      new Timeouts(Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMinutes(5));

  /// For the vendors' own servers, which send every piece when it is there.
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
