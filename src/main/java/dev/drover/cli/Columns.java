package dev.drover.cli;

/// The width of texts on a terminal.
final class Columns {
  private static final String ELLIPSIS = "…";

  private Columns() {}

  /// The columns that a code point takes: zero, one or two. The width of an emoji with several code
  /// points may be too large, never too small.
  static int of(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  static int of(String text) {
    return text.codePoints().map(Columns::of).sum();
  }

  /// A line of at most `width` columns: the whole line, or its beginning and an ellipsis.
  static String clip(String line, int width) {
    int used = 0;
    int cut = 0;
    for (int i = 0; i < line.length(); ) {
      int c = line.codePointAt(i);
      used += of(c);
      if (used > width) {
        return line.substring(0, cut) + ELLIPSIS;
      }
      i += Character.charCount(c);
      if (used < width) {
        cut = i;
      }
    }
    return line;
  }

  /// `text`, padded with spaces to `width` columns.
  static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - of(text)));
  }

  /// Replaces tabs by spaces up to the next multiple of eight.
  static String untab(String line) {
    if (line.indexOf('\t') < 0) {
      return line;
    }
    var out = new StringBuilder();
    int column = 0;
    for (int i = 0; i < line.length(); ) {
      int c = line.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\t') {
        int blanks = 8 - column % 8;
        out.repeat(' ', blanks);
        column += blanks;
      } else {
        out.appendCodePoint(c);
        column += of(c);
      }
    }
    return out.toString();
  }

  private static boolean isWide(int c) {
    return (c >= 0x1100 && c <= 0x115F) // Hangul Jamo
        || (c >= 0x2E80 && c <= 0x303E) // radicals, punctuation
        || (c >= 0x3041 && c <= 0xA4CF) // kana to Yi
        || (c >= 0xAC00 && c <= 0xD7A3) // Hangul
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0xFE30 && c <= 0xFE6F)
        || (c >= 0xFF00 && c <= 0xFF60) // full-width forms
        || (c >= 0xFFE0 && c <= 0xFFE6)
        || (c >= 0x1F300 && c <= 0x1F64F) // emoji
        || (c >= 0x1F680 && c <= 0x1F6FF)
        || (c >= 0x1F900 && c <= 0x1FAFF)
        || (c >= 0x20000 && c <= 0x3FFFD);
  }
}
