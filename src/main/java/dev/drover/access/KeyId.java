package dev.drover.access;

import dev.drover.base.Ids;

/// Identifies an API key without revealing it: the part of its id after the prefix. For the key in
/// the settings it is a part of its hash.
public record KeyId(String value) {
  public static final String PREFIX = "apikey_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static KeyId of(String id) {
    return new KeyId(Ids.check(PREFIX, "API key", id).substring(PREFIX.length()));
  }

  /// The id as clients see it.
  public String id() {
    return PREFIX + value;
  }

  @Override
  public String toString() {
    return value;
  }
}
