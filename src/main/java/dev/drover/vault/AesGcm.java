package dev.drover.vault;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/// AES-256-GCM: a format byte, a random nonce of 96 bits, the ciphertext, and a tag of 128 bits.
final class AesGcm {
  /// The length of a key, in bytes.
  static final int KEY = 32;

  private static final byte FORMAT = 1;
  private static final int NONCE = 12;
  private static final int TAG = 16;
  private static final String CIPHER = "AES/GCM/NoPadding";

  private AesGcm() {}

  /// @param bound what the result is bound to
  static byte[] seal(SecretKey key, byte[] plain, byte[] bound, RandomGenerator random) {
    var nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      var cipher = Cipher.getInstance(CIPHER);
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG, nonce));
      cipher.updateAAD(bound);
      return ByteBuffer.allocate(1 + NONCE + plain.length + TAG)
          .put(FORMAT)
          .put(nonce)
          .put(cipher.doFinal(plain))
          .array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot encrypt with AES-256-GCM", e);
    }
  }

  /// @param bound as when it was sealed
  /// @throws Broken if it was sealed with another key, was bound to something else, or is damaged
  static byte[] open(SecretKey key, byte[] sealed, byte[] bound) throws Broken {
    if (sealed.length < 1 + NONCE + TAG || sealed[0] != FORMAT) {
      throw new Broken();
    }
    try {
      var cipher = Cipher.getInstance(CIPHER);
      var nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE);
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG, nonce));
      cipher.updateAAD(bound);
      return cipher.doFinal(sealed, 1 + NONCE, sealed.length - 1 - NONCE);
    } catch (AEADBadTagException _) {
      throw new Broken();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot decrypt with AES-256-GCM", e);
    }
  }

  /// An error: a text cannot be decrypted.
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1;

    Broken() {
      super("cannot be decrypted", null, false, false);
    }
  }
}
