package dev.drover.desk;

import java.util.Locale;
import java.util.Set;

/// The names of memory stores as directories.
final class MemorySlug {
  /// More than a name can have as a directory, with a number behind it.
  private static final int LONGEST = 200;

  /// The slug of a name without any letter or digit of ASCII.
  private static final String NAMELESS = "store";

  private MemorySlug() {}

  /// The name in lower case, with one hyphen for each run of other characters than letters and
  /// digits, and a number behind it if that is taken.
  static String of(String name, Set<String> taken) {
    var words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    var trimmed = words.substring(0, Math.min(LONGEST, words.length())).replaceAll("^-|-$", "");
    var slug = trimmed.isEmpty() ? NAMELESS : trimmed;
    var free = slug;
    for (int number = 2; taken.contains(free); number++) {
      free = slug + "-" + number;
    }
    return free;
  }
}
