package dev.drover.session;

import dev.drover.base.Json;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Events that are appended together or not at all. What the session's row says after them follows
/// from them alone, see [Progress]. An entry that is [Event.FromClient] leaves the inbox in the
/// same transaction.
///
/// @param ifReceived present: refused with [Emitted.InboxMoved] unless the inbox's `received` is
///   still this number. What settles something that a client may settle, too, depends on it
/// @param rests the brain has nothing left to do, and gives its lease back with this append. It
///   needs `ifReceived`, or what a client sends at that moment would sleep for ever
/// @param known the log is known up to this position, and none of these events is there. A repeat
///   is looked for after it, so the nearer it is to the end, the less is read
public record Emission(List<Entry> entries, OptionalLong ifReceived, boolean rests, long known) {
  public Emission {
    entries = List.copyOf(entries);
    if (rests && ifReceived.isEmpty()) {
      throw new IllegalArgumentException("a brain may not rest without having seen everything");
    }
  }

  /// Events of which nobody knows whether the log holds them already.
  public Emission(List<Entry> entries, OptionalLong ifReceived, boolean rests) {
    this(entries, ifReceived, rests, 0);
  }

  /// An append on no condition, in the middle of the work.
  public Emission(List<Entry> entries) {
    this(entries, OptionalLong.empty(), false);
  }

  /// The same, made by one who knows the log up to `position`.
  public Emission knowing(long position) {
    return new Emission(entries, ifReceived, rests, position);
  }

  /// @param thread to which the event belongs
  /// @param hidden kept beside the event, never shown
  /// @param received the JSON of a client's event as it was received; null: it has none but its own
  public record Entry(
      ThreadKey thread, Event event, Json.@Nullable Obj hidden, @Nullable String received) {
    public Entry(ThreadKey thread, Event event, Json.@Nullable Obj hidden) {
      this(thread, event, hidden, null);
    }
  }
}
