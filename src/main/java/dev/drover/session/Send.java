package dev.drover.session;

import java.util.List;

/// A send: the events of one request of a client, as they were received.
///
/// @param head the position of the log's last event before the send; 0 if there is none
/// @param events in the order of receipt; at least one
public record Send(long head, List<Queued> events) {
  public Send {
    events = List.copyOf(events);
  }

  /// The id of the first event, which identifies the send.
  public EventId first() {
    return events.getFirst().event().id();
  }
}
