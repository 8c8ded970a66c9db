package dev.drover.session;

/// The encrypted token of a repository, which only the vault can read.
///
/// @param version from 1, one more with each change; the token is bound to it
/// @param keyVersion the version of the workspace's key that encrypts it
/// @param value the ciphertext
public record SealedToken(long version, long keyVersion, String value) {
  @Override
  public String toString() {
    return "SealedToken[" + version + "]";
  }
}
