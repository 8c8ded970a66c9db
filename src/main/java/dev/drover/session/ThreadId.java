package dev.drover.session;

import dev.drover.base.Ids;

/// The id of a thread of a session.
public record ThreadId(String value) {
  public static final String PREFIX = "sthr_";

  /// Checks and returns an id that a client sent.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static ThreadId of(String value) {
    return new ThreadId(Ids.check(PREFIX, "thread", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
