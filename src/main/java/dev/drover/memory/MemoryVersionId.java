package dev.drover.memory;

import dev.drover.base.Ids;

/// The id of a version of a memory.
public record MemoryVersionId(String value) {
  public static final String PREFIX = "memver_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static MemoryVersionId of(String value) {
    return new MemoryVersionId(Ids.check(PREFIX, "memory version", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
