package dev.drover.directory;

import java.nio.charset.StandardCharsets;

/// Paths as git writes them.
public final class QuotedPath {
  private QuotedPath() {}

  /// The path, in quotes and with escaped bytes if a character in it would end the line or the
  /// name.
  public static String of(String path) {
    return path.chars().allMatch(c -> c >= ' ' && c != '"' && c != '\\' && c != 0x7F)
        ? path
        : quoted(path);
  }

  /// The path in quotes, with every byte escaped that is no visible character of ASCII.
  public static String quoted(String path) {
    var quoted = new StringBuilder("\"");
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      int c = b & 0xff;
      if (c == '"' || c == '\\') {
        quoted.append('\\').append((char) c);
      } else if (c < ' ' || c >= 0x7F) {
        quoted.append('\\').append("%03o".formatted(c));
      } else {
        quoted.append((char) c);
      }
    }
    return quoted.append('"').toString();
  }
}
