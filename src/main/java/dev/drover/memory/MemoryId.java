package dev.drover.memory;

import dev.drover.base.Ids;

/// The id of a memory. It stays the same when the path changes.
public record MemoryId(String value) {
  public static final String PREFIX = "mem_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static MemoryId of(String value) {
    return new MemoryId(Ids.check(PREFIX, "memory", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
