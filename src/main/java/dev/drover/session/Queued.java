package dev.drover.session;

/// A client's event as it was received. It is durable in the inbox, or already in the log if it is
/// processed on receipt.
///
/// @param sequence the number of the event in the order of receipt in its session, from 1
/// @param thread the thread that it is for: a message is for the primary thread, an answer for the
///   thread whose tool use it answers
/// @param json the event as clients see it: `processed_at` is null while it waits
public record Queued(long sequence, ThreadKey thread, Event.FromClient event, String json) {
  /// Whether the event concerns a thread: it is for that thread, or is an interrupt of all threads.
  public boolean concerns(ThreadKey one) {
    return thread.equals(one)
        || (event instanceof Event.UserInterrupt interrupt && interrupt.thread().isEmpty());
  }
}
