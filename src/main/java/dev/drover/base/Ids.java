package dev.drover.base;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// A source of the opaque part of ids: `01` and 22 base62 characters, about 130 bits. Safe for
/// concurrent use if its generator is.
public final class Ids {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /// The length of the opaque part.
  private static final int LENGTH = 24;

  /// The beginning of the opaque part.
  private static final String START = "01";

  private final RandomGenerator random;

  public Ids(RandomGenerator random) {
    this.random = random;
  }

  /// Ids that cannot be guessed, for names that need not be the same in each test run.
  public static Ids secure() {
    return new Ids(new SecureRandom());
  }

  /// A new id: `prefix` with its underscore, then the opaque part.
  public String next(String prefix) {
    return prefix + START + digits(LENGTH - START.length());
  }

  /// Random base62 digits.
  public String digits(int count) {
    var digits = new StringBuilder(count);
    // All bytes are requested at once, because each call of a secure generator is expensive. Two of
    // 64 values are not base62 digits.
    var bytes = new byte[32];
    while (true) {
      random.nextBytes(bytes);
      for (byte some : bytes) {
        int digit = some & 63;
        if (digit < DIGITS.length()) {
          digits.append(DIGITS.charAt(digit));
        }
        if (digits.length() == count) {
          return digits.toString();
        }
      }
    }
  }

  /// Whether `text` has the form of an id with this prefix: the prefix, then 1 to 64 letters and
  /// digits.
  public static boolean wellFormed(String prefix, String text) {
    int rest = text.length() - prefix.length();
    return text.startsWith(prefix)
        && rest >= 1
        && rest <= 64
        && text.chars()
            .skip(prefix.length())
            .allMatch(c -> c < 128 && Character.isLetterOrDigit(c));
  }

  /// Returns `text` if it is well-formed.
  ///
  /// @throws Problem `INVALID_REQUEST`, which names the kind of the id, otherwise
  public static String check(String prefix, String what, String text) {
    if (!wellFormed(prefix, text)) {
      throw Problem.invalid("Invalid " + what + " ID");
    }
    return text;
  }
}
