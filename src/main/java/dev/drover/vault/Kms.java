package dev.drover.vault;

/// Where the keys are that encrypt the keys of vaults. Safe for many threads; blocking.
///
/// Every method throws a `Problem` `UNAVAILABLE` that names the key by its id if there is no such
/// key, or if it cannot be used.
public interface Kms {
  /// The id of the key that encrypts new keys of vaults.
  String current();

  /// Encrypts a key.
  ///
  /// @param id of the key to use
  /// @param bound what the result is bound to
  byte[] wrap(String id, byte[] key, byte[] bound);

  /// Decrypts a key.
  ///
  /// @param bound as when it was encrypted
  byte[] unwrap(String id, byte[] wrapped, byte[] bound);

  /// Whether there is a key with this id.
  boolean has(String id);
}
