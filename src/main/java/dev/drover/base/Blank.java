package dev.drover.base;

/// The rule that decides whether a text is blank, that is, shows nothing to a reader. Model servers
/// refuse blank texts, each by its own rule; this rule is the widest of them.
public final class Blank {
  /// Letters, marks and symbols without visible form: fillers, joiners and the blank Braille
  /// pattern.
  private static final String FILLERS = "\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0";

  private Blank() {}

  /// Whether `text` contains only white space, control characters, and characters without a visible
  /// form, such as U+00A0, U+200B and U+FEFF. An empty text is blank.
  public static boolean is(String text) {
    return text.codePoints().allMatch(Blank::isUnseen);
  }

  private static boolean isUnseen(int c) {
    return switch (Character.getType(c)) {
      case Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.CONTROL,
          Character.FORMAT ->
          true;
      default -> FILLERS.indexOf(c) >= 0 || isVariationSelector(c);
    };
  }

  private static boolean isVariationSelector(int c) {
    return (c >= 0xFE00 && c <= 0xFE0F)
        || (c >= 0xE0100 && c <= 0xE01EF)
        || (c >= 0x180B && c <= 0x180F);
  }
}
