package dev.drover.session;

import dev.drover.base.Json;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Events that are appended together or not at all, and what follows from them for the session's
/// row. An entry that is [Event.FromClient] leaves the inbox in the same transaction.
///
/// @param status the session's status once these events are in the log
/// @param usage the session's usage once these events are in the log
/// @param turnEnds the entries close a turn: a fold may start at the first of them
/// @param restIfReceived present: the brain has nothing left to do, and gives its lease back with
///   this append; refused with [Emitted.InboxMoved] unless the inbox's `received` is still this
///   number, or a message that comes at that moment would sleep for ever
public record Emission(
    List<Entry> entries,
    Status status,
    Usage usage,
    boolean turnEnds,
    OptionalLong restIfReceived) {
  public Emission {
    entries = List.copyOf(entries);
  }

  /// @param hidden kept beside the event, never shown
  public record Entry(Event event, Json.@Nullable Obj hidden) {}
}
