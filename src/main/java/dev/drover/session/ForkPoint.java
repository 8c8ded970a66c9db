package dev.drover.session;

/// The place in the log of a session up to which a fork copies it.
public sealed interface ForkPoint {
  /// The newest place where nothing is open.
  record Newest() implements ForkPoint {}

  /// After the event at a position; 0 is before the first event.
  record Position(long position) implements ForkPoint {}

  /// After an event.
  record OfEvent(EventId event) implements ForkPoint {}
}
