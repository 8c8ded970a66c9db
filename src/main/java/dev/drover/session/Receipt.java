package dev.drover.session;

import java.util.List;
import java.util.Optional;

/// The outcome of receiving client events.
///
/// @param lease the lease of the session if no node held it; the caller must wake a brain with it
public record Receipt(List<Queued> events, Optional<Lease> lease) {
  public Receipt {
    events = List.copyOf(events);
  }
}
