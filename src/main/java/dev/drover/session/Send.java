package dev.drover.session;

import java.util.List;

/// Events that a client sent in one request, as they were received.
///
/// @param head the position of the log's last event before that; 0: none
/// @param events in the order of receipt; at least one
public record Send(long head, List<Queued> events) {
  public Send {
    events = List.copyOf(events);
  }

  /// Names the send: the first of its events.
  public EventId first() {
    return events.getFirst().event().id();
  }
}
