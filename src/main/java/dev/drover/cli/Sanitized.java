package dev.drover.cli;

import java.util.regex.Pattern;

/// Removes everything from a text that could control a terminal. The output of tools and models is
/// not trusted: an escape code could rewrite the screen, set the title, or answer for the user.
final class Sanitized {
  /// Complete escape codes for colours, cursor moves and titles, which are removed whole. The
  /// pattern is limited in length and to one line, so that an incomplete code does not remove the
  /// text after it.
  private static final Pattern CODES =
      Pattern.compile(
          "(?:\u001b\\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]"
              + "|(?:\u001b[\\]P^_X]|[\u009d\u0090\u009e\u009f\u0098])"
              + "[^\u001b\u0007\u009c\n]{0,512}(?:\u0007|\u001b\\\\|\u009c)"
              + "|\u001b[ -/]{0,4}[0-~]");

  private Sanitized() {}

  /// The text without escape codes and control characters. If a code is split between two pieces,
  /// harmless characters remain.
  static String output(String text) {
    return controls(CODES.matcher(text.replace("\r\n", "\n")).replaceAll("").replace('\r', '\n'));
  }

  private static String controls(String text) {
    if (text.codePoints().noneMatch(Sanitized::drives)) {
      return text;
    }
    return text.codePoints()
        .filter(c -> !drives(c))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /// One line: line breaks become spaces.
  static String line(String text) {
    return output(text).replace('\n', ' ').replace('\t', ' ');
  }

  private static boolean drives(int c) {
    return switch (c) {
      case '\n', '\t' -> false;
      case 0x2028, 0x2029, 0xFEFF -> true;
      default ->
          c < 0x20
              || (c >= 0x7F && c <= 0x9F) // DEL and C1
              || (c >= 0x202A && c <= 0x202E) // these two turn text around
              || (c >= 0x2066 && c <= 0x2069)
              || (c >= 0xE0000 && c <= 0xE0FFF);
    };
  }
}
