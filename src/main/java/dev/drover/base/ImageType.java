package dev.drover.base;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/// The image types that models accept, recognized by their first bytes.
public enum ImageType {
  JPEG("image/jpeg", "\u00FF\u00D8\u00FF"),
  PNG("image/png", "\u0089PNG\r\n\u001A\n"),
  GIF("image/gif", "GIF87a|GIF89a"),
  WEBP("image/webp", "RIFF????WEBP");

  private static final Pattern BETWEEN = Pattern.compile("|", Pattern.LITERAL);

  private final String mediaType;
  private final String marks;

  /// @param marks the possible first bytes, one character for each byte, separated by `|`; `?`
  ///   stands for any byte
  ImageType(String mediaType, String marks) {
    this.mediaType = mediaType;
    this.marks = marks;
  }

  public String mediaType() {
    return mediaType;
  }

  public static Optional<ImageType> named(String mediaType) {
    return Arrays.stream(values()).filter(type -> type.mediaType.equals(mediaType)).findFirst();
  }

  /// The type of an image by its first bytes; empty if it is none of these.
  public static Optional<ImageType> of(byte[] bytes) {
    var start = new String(bytes, 0, Math.min(16, bytes.length), StandardCharsets.ISO_8859_1);
    return Arrays.stream(values())
        .filter(type -> BETWEEN.splitAsStream(type.marks).anyMatch(mark -> begins(start, mark)))
        .findFirst();
  }

  private static boolean begins(String start, String mark) {
    if (start.length() < mark.length()) {
      return false;
    }
    for (int i = 0; i < mark.length(); i++) {
      if (mark.charAt(i) != '?' && mark.charAt(i) != start.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
