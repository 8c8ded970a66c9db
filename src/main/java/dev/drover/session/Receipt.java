package dev.drover.session;

import java.util.List;
import java.util.Optional;

/// The outcome of receiving client events.
///
/// @param lease present when nobody held the session's lease: the receiver now does, and must wake
///   a brain with it
public record Receipt(List<Queued> events, Optional<Lease> lease) {
  public Receipt {
    events = List.copyOf(events);
  }
}
