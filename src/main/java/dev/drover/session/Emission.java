package dev.drover.session;

import dev.drover.base.Json;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Events that are appended together or not at all. The new state of the session's row follows from
/// them alone, see [Progress]. An entry that is [Event.FromClient] leaves the inbox in the same
/// transaction.
///
/// @param ifReceived if present, the append is refused with [Emitted.InboxMoved] unless the inbox's
///   `received` is still this number. Needed for an append that conflicts with what a client may
///   send at the same time
/// @param rests whether the brain has no work left and releases its lease with this append.
///   Requires `ifReceived`; otherwise an event that a client sends at that moment would never be
///   processed
/// @param known the position up to which the log is known to hold none of these events. A
///   repetition is searched for only after it, so a position near the end saves reads
public record Emission(List<Entry> entries, OptionalLong ifReceived, boolean rests, long known) {
  public Emission {
    entries = List.copyOf(entries);
    if (rests && ifReceived.isEmpty()) {
      throw new IllegalArgumentException("a brain may not rest without having seen everything");
    }
  }

  /// Events that the log may already hold anywhere.
  public Emission(List<Entry> entries, OptionalLong ifReceived, boolean rests) {
    this(entries, ifReceived, rests, 0);
  }

  /// An unconditional append, after which the session does not rest.
  public Emission(List<Entry> entries) {
    this(entries, OptionalLong.empty(), false);
  }

  /// A copy with another `known` position.
  public Emission knowing(long position) {
    return new Emission(entries, ifReceived, rests, position);
  }

  /// @param thread the thread to which the event belongs
  /// @param hidden data stored with the event and never shown to clients
  /// @param received the JSON of a client's event as it was received; null if it has no other JSON
  ///   than its own
  public record Entry(
      ThreadKey thread, Event event, Json.@Nullable Obj hidden, @Nullable String received) {
    public Entry(ThreadKey thread, Event event, Json.@Nullable Obj hidden) {
      this(thread, event, hidden, null);
    }
  }
}
