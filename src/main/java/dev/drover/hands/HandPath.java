package dev.drover.hands;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A path below a [HandRoot]: names separated by `/`. Names are bytes, which need not be text.
///
/// @param bytes one character for each byte, U+0000 to U+00FF
public record HandPath(String bytes) implements Comparable<HandPath> {
  static HandPath of(byte[] bytes, int from, int count) {
    return new HandPath(new String(bytes, from, count, StandardCharsets.ISO_8859_1));
  }

  public static HandPath of(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(bytes, 0, bytes.length);
  }

  byte[] encoded() {
    return bytes.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// The path as text; empty if its bytes are not UTF-8.
  public Optional<String> text() {
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      return Optional.of(decoder.decode(ByteBuffer.wrap(encoded())).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /// The path as text, with `%xx` for each byte that does not belong to a character.
  public String shown() {
    var shown = new StringBuilder();
    int at = 0;
    while (at < bytes.length()) {
      int length = characterAt(at);
      if (length == 0) {
        shown.append("%%%02x".formatted((int) bytes.charAt(at++)));
      } else {
        shown.append(new HandPath(bytes.substring(at, at + length)).text().orElseThrow());
        at += length;
      }
    }
    return shown.toString();
  }

  /// The number of bytes of the character that begins at `at`; 0 if none does.
  private int characterAt(int at) {
    for (int length = 1; length <= 4 && at + length <= bytes.length(); length++) {
      if (new HandPath(bytes.substring(at, at + length)).text().isPresent()) {
        return length;
      }
    }
    return 0;
  }

  /// The last name.
  public HandPath name() {
    return new HandPath(bytes.substring(bytes.lastIndexOf('/') + 1));
  }

  @Override
  public int compareTo(HandPath other) {
    return bytes.compareTo(other.bytes);
  }

  @Override
  public String toString() {
    return shown();
  }
}
