package dev.drover.vault;

/// The key of a vault, encrypted by a key of the [Kms].
///
/// @param version from 1; the highest one encrypts new secrets
/// @param kek the id of the key that encrypts it
/// @param wrapped as the [Kms] returned it, in Base64
public record VaultKey(long version, String kek, String wrapped) {
  @Override
  public String toString() {
    return "VaultKey[" + version + ", " + kek + "]";
  }
}
