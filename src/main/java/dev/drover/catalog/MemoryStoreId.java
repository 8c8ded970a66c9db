package dev.drover.catalog;

import dev.drover.base.Ids;

/// The id of a memory store.
public record MemoryStoreId(String value) {
  public static final String PREFIX = "memstore_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static MemoryStoreId of(String value) {
    return new MemoryStoreId(Ids.check(PREFIX, "memory store", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
