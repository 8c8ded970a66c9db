package dev.drover.session;

/// A client's event as it was received: durable, in the inbox, or in the log already if it is
/// processed on receipt.
///
/// @param sequence rising in its session in the order of receipt, from 1
/// @param thread for which it is: a message is for the primary thread, an answer for the thread
///   whose tool use it answers
/// @param json the event as clients see it: `processed_at` is null while it waits
public record Queued(long sequence, ThreadKey thread, Event.FromClient event, String json) {
  /// Whether a thread has to see to it: it is for that thread, or an interrupt of all threads.
  public boolean concerns(ThreadKey one) {
    return thread.equals(one)
        || (event instanceof Event.UserInterrupt interrupt && interrupt.thread().isEmpty());
  }
}
