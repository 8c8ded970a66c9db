package dev.drover.session;

/// A client's event in the inbox: durable, not yet taken up.
///
/// @param sequence rising in its session in the order of receipt, from 1
/// @param json the event as clients see it while it waits: `processed_at` is null
public record Queued(long sequence, Event.FromClient event, String json) {}
