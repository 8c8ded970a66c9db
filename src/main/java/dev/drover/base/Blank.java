package dev.drover.base;

/// The one rule for which texts are blank: those of which a reader would see nothing. Model servers
/// refuse a blank text, each by a rule of its own, so this one is the widest.
public final class Blank {
  /// Letters, marks and symbols that show nothing: fillers, joiners and the blank Braille pattern.
  private static final String FILLERS = "\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0";

  private Blank() {}

  /// Whether `text` has nothing but white space, control characters, and characters without a form
  /// of their own, such as U+00A0, U+200B and U+FEFF. An empty text is blank.
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
