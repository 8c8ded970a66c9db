package dev.drover.catalog;

import dev.drover.base.Ids;

/// The id of a vault.
public record VaultId(String value) {
  public static final String PREFIX = "vlt_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static VaultId of(String value) {
    return new VaultId(Ids.check(PREFIX, "vault", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
