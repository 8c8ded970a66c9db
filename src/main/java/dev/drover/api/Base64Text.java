package dev.drover.api;

import java.util.Base64;
import java.util.function.IntPredicate;

/// Base64 in the form that the API accepts: padded, on one line, in the standard alphabet.
final class Base64Text {
  private Base64Text() {}

  /// Whether a text is valid base64, without decoding it. An empty text is not.
  static boolean isValid(String data) {
    int end = data.length();
    while (end > 0 && data.charAt(end - 1) == '=') {
      end--;
    }
    IntPredicate digit =
        c ->
            (c >= 'A' && c <= 'Z')
                || (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || c == '+'
                || c == '/';
    boolean padded = data.length() % 4 == 0 && data.length() - end <= 2;
    return end > 0 && padded && data.chars().limit(end).allMatch(digit);
  }

  /// Decodes the beginning of valid base64: at least `bytes` bytes, or all if there are fewer.
  static byte[] start(String data, int bytes) {
    int digits = (int) Math.min(data.length(), (bytes + 2L) / 3 * 4);
    return Base64.getDecoder().decode(data.substring(0, digits));
  }
}
