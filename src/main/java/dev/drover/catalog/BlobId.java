package dev.drover.catalog;

import java.util.regex.Pattern;

/// Names a stored content: the SHA-256 of its bytes, in hexadecimal, and a part that makes the id
/// different from every other, also of the same content. Safe as the name of a file.
public record BlobId(String value) {
  private static final int DIGEST = 64;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + DIGEST + "}-[0-9A-Za-z]{1,64}");

  /// @throws IllegalArgumentException if `value` is malformed
  public BlobId {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("malformed blob ID");
    }
  }

  public static boolean isWellFormed(String value) {
    return FORM.matcher(value).matches();
  }

  /// The SHA-256 of the content, in 64 hexadecimal digits.
  public String digest() {
    return value.substring(0, DIGEST);
  }

  @Override
  public String toString() {
    return value;
  }
}
