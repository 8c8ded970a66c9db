package dev.drover.session;

import java.util.List;

/// What clients sent and no brain has taken up, in the order of receipt.
///
/// @param received the sequence of the last event ever received; 0 before the first
public record Inbox(long received, List<Queued> queued) {
  public Inbox {
    queued = List.copyOf(queued);
  }
}
