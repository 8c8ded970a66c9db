package dev.drover.vault;

import dev.drover.base.Ids;

/// The id of a credential.
public record CredentialId(String value) {
  public static final String PREFIX = "vcrd_";

  /// An id from outside.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if it is malformed
  public static CredentialId of(String value) {
    return new CredentialId(Ids.check(PREFIX, "credential", value));
  }

  @Override
  public String toString() {
    return value;
  }
}
