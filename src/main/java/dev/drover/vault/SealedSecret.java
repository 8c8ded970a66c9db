package dev.drover.vault;

/// An encrypted secret.
///
/// @param version the [Credential#secretsVersion] with which it was written, to which it is bound
/// @param keyVersion the version of the vault's key that encrypts it
/// @param value nonce and ciphertext, as [Envelope] writes them
public record SealedSecret(SecretField field, long version, long keyVersion, String value) {
  @Override
  public String toString() {
    return "SealedSecret[" + field + "]";
  }
}
