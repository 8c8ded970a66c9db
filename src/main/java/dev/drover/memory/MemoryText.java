package dev.drover.memory;

import dev.drover.base.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The content of a memory, with its digest.
///
/// @param sha256 of its bytes in UTF-8, in 64 lower-case hexadecimal digits
/// @param size in bytes of UTF-8
public record MemoryText(String text, String sha256, int size) {
  /// The maximum size, in bytes of UTF-8.
  public static final int BYTES = 102_400;

  /// A content from outside.
  ///
  /// @throws Problem `INVALID_REQUEST` that names the field `content` if it is too large, or
  ///   contains U+0000, which not every store can keep
  public static MemoryText of(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > BYTES) {
      throw Problem.invalid("content must be at most " + BYTES + " bytes");
    }
    if (text.indexOf('\0') >= 0) {
      throw Problem.invalid("content: must not contain the character U+0000");
    }
    return new MemoryText(text, sha256(bytes), bytes.length);
  }

  /// The digest of some bytes, as [#sha256] shows it.
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
