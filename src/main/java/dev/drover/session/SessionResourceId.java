package dev.drover.session;

import dev.drover.base.Ids;

/// Names a resource of a session.
public record SessionResourceId(String value) {
  public static final String PREFIX = "sesrsc_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static SessionResourceId of(String value) {
    return new SessionResourceId(Ids.check(PREFIX, "resource", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
