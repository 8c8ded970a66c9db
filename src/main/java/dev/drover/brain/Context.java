package dev.drover.brain;

import dev.drover.base.Json;
import dev.drover.session.Stored;
import java.util.List;
import java.util.function.Consumer;

/// Decides what the model sees of a session. The log is not the model's context: a strategy reads
/// slices of it and makes messages of them. Holds no state; safe for many threads.
interface Context {
  /// The messages for the next request, alternating, a user's first. The same events give the same
  /// messages, and more events only add to them, so that a cached prefix stays one.
  Rendered messages(Slices log);

  /// The system blocks.
  Json.Arr system(String system);

  /// The log, oldest first.
  interface Slices {
    /// Hands over every event in turn.
    void forEach(Consumer<List<Stored>> slice);
  }
}
