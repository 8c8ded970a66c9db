package dev.drover.catalog;

import dev.drover.base.Ids;

/// Names an agent, in all its versions.
public record AgentId(String value) {
  public static final String PREFIX = "agent_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static AgentId of(String value) {
    return new AgentId(Ids.check(PREFIX, "agent", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
