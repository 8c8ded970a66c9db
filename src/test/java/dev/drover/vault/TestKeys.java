package dev.drover.vault;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.random.RandomGenerator;

/// Keys for tests.
public final class TestKeys {
  private static final RandomGenerator RANDOM = new SecureRandom();

  private TestKeys() {}

  /// A [Kms] with one key.
  public static Kms one() {
    var text = text("k1");
    return new ListedKeys(() -> text, "a test", RANDOM);
  }

  /// A new key in the form of a [KeyList].
  public static String text(String id) {
    var key = new byte[AesGcm.KEY];
    RANDOM.nextBytes(key);
    return id + ":" + Base64.getEncoder().encodeToString(key);
  }

  /// An envelope with a key of its own.
  public static Envelope envelope(VaultStore store) {
    return new Envelope(one(), store, RANDOM, System::nanoTime);
  }
}
