package dev.drover.session;

/// A client's event as it was received: durable, in the inbox, or in the log already if it is
/// processed on receipt.
///
/// @param sequence rising in its session in the order of receipt, from 1
/// @param json the event as clients see it: `processed_at` is null while it waits
public record Queued(long sequence, Event.FromClient event, String json) {}
