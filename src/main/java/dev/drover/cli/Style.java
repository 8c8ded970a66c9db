package dev.drover.cli;

/// The escape codes of a transcript; all empty where none are welcome.
///
/// @param unwrapped lets the terminal cut off a line that is wider than we thought
/// @param wipe empties the line that the cursor is on
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
