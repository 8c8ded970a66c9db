package dev.drover.session;

import java.util.List;

/// The outcome of an append by a brain.
public sealed interface Emitted {
  /// The events are durable, and visible to streams.
  record Appended(List<Stored> events) implements Emitted {
    public Appended {
      events = List.copyOf(events);
    }
  }

  /// Nothing was appended: the lease is old, or the session was deleted. The brain must stop.
  record LeaseLost() implements Emitted {}

  /// Nothing was appended: an event was received after the brain last read the inbox.
  record InboxMoved() implements Emitted {}
}
