package dev.drover.catalog;

import dev.drover.base.Ids;

/// Names an environment.
public record EnvironmentId(String value) {
  public static final String PREFIX = "env_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static EnvironmentId of(String value) {
    return new EnvironmentId(Ids.check(PREFIX, "environment", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
