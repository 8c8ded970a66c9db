package dev.drover.session;

import java.util.List;
import java.util.function.Predicate;

/// The inbox of a session: the client events that no brain has processed, in the order of receipt.
///
/// @param received the sequence of the last event ever received; 0 before the first
/// @param head the position of the log's last event; 0 before the first. It moves without the brain
///   when a client's event is processed on receipt
public record Inbox(long received, long head, List<Queued> queued) {
  public Inbox {
    queued = List.copyOf(queued);
  }

  /// The inbox without the events that only a newer version can process.
  public Inbox known() {
    return narrowed(one -> !(one.event() instanceof Event.UnknownFromClient));
  }

  /// The part of the inbox that concerns one thread.
  public Inbox of(ThreadKey thread) {
    return narrowed(one -> one.concerns(thread));
  }

  private Inbox narrowed(Predicate<Queued> to) {
    return queued.stream().allMatch(to)
        ? this
        : new Inbox(received, head, queued.stream().filter(to).toList());
  }
}
