package dev.drover.session;

import dev.drover.base.Ids;

/// The id of an event, and of the tool call that a tool-use event records.
public record EventId(String value) {
  public static final String PREFIX = "sevt_";

  /// Checks and returns an id that a client sent.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static EventId of(String value) {
    return new EventId(Ids.check(PREFIX, "event", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
