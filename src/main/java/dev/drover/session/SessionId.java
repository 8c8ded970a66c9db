package dev.drover.session;

import dev.drover.base.Ids;

/// The id of a session.
public record SessionId(String value) {
  public static final String PREFIX = "sesn_";

  /// Checks and returns an id that a client sent.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static SessionId of(String value) {
    return new SessionId(Ids.check(PREFIX, "session", value));
  }

  /// Whether `text` has the form of a session id.
  public static boolean isWellFormed(String text) {
    return Ids.wellFormed(PREFIX, text);
  }

  @Override
  public String toString() {
    return value;
  }
}
