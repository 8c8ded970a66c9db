package dev.drover.cli;

import java.util.regex.Pattern;

/// Words of a command line that a user can paste.
final class ShellQuote {
  private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[\\w@%+=:,./-]+");

  private ShellQuote() {}

  static String of(String word) {
    return NEEDS_NO_QUOTES.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
