package dev.drover.session;

import java.util.List;

/// The outcome of an append by a brain.
public sealed interface Emitted {
  /// Durable, and visible to streams.
  record Appended(List<Stored> events) implements Emitted {
    public Appended {
      events = List.copyOf(events);
    }
  }

  /// Nothing was appended: the lease is old, or the session is gone. The brain must stop.
  record LeaseLost() implements Emitted {}

  /// Nothing was appended: something was received since the brain last looked.
  record InboxMoved() implements Emitted {}
}
