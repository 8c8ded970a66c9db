package dev.drover.model.http;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A short text that is derived from a longer one: always the same, and different for different
/// texts with a probability that suffices within one conversation.
public final class ShortHash {
  private static final int LONGEST = 40;

  private ShortHash() {}

  /// @param length in small letters and digits, at most 40
  public static String of(String text, int length) {
    if (length > LONGEST) {
      throw new IllegalArgumentException("a hash has at most " + LONGEST + " characters");
    }
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      var digits = new BigInteger(1, digest).toString(Character.MAX_RADIX);
      return ("0".repeat(LONGEST) + digits).substring(digits.length() + LONGEST - length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
