package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.EventId;
import dev.drover.session.Stored;
import java.util.List;
import java.util.function.Consumer;

/// A strategy that decides what the model sees of a session. The log is not the model's context:
/// the strategy reads slices of the log and makes messages from them. Holds no state; safe for many
/// threads.
interface Context {
  /// The messages of the next request, with alternating roles, a user message first. The same
  /// events give the same messages, and further events only append to them until one begins another
  /// chapter, so a cached prefix stays valid.
  Rendered messages(Slices log);

  /// The messages of the newest chapter up to a position.
  ///
  /// @param until the position after which nothing is sent
  Rendered messages(Slices log, long until);

  /// The messages of a request for a summary: those of the newest chapter, and an instruction.
  ///
  /// @param until the position after which nothing is sent
  /// @param request the id of the request
  Rendered messages(Slices log, long until, EventId request, String instruction);

  /// The system blocks.
  Json.Arr system(String system);

  /// The log, oldest first.
  interface Slices {
    /// Passes every event to `slice`, in the order of the log.
    void forEach(Consumer<List<Stored>> slice);
  }
}
