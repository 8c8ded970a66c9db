package dev.drover.cli;

/// The escape codes of a transcript; all are empty if escape codes may not be printed.
///
/// @param unwrapped makes the terminal cut lines that are wider than expected
/// @param wipe erases the line of the cursor
record Style(
    String bold,
    String dim,
    String red,
    String yellow,
    String plain,
    String unwrapped,
    String wrapped,
    String wipe) {
  static final Style NONE = new Style("", "", "", "", "", "", "", "");
  static final Style ANSI =
      new Style(
          "\u001b[1m",
          "\u001b[2m",
          "\u001b[31m",
          "\u001b[33m",
          "\u001b[0m",
          "\u001b[?7l",
          "\u001b[?7h",
          "\r\u001b[K");
}
