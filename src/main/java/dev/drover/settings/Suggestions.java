package dev.drover.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Suggestions of known names for an unknown name.
final class Suggestions {
  private static final int MOST = 3;

  private Suggestions() {}

  /// The suffix `; did you mean …?`, or an empty text if no known name is similar.
  static String of(String unknown, Collection<String> names) {
    var near = near(unknown, names);
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  private static List<String> near(String unknown, Collection<String> names) {
    var plain = plain(unknown);
    int bound = Math.clamp(plain.length() / 4, 1, 3);
    int least =
        names.stream().mapToInt(name -> distance(plain, plain(name))).min().orElse(bound + 1);
    if (least <= bound) {
      return names.stream()
          .filter(name -> distance(plain, plain(name)) == least)
          .limit(MOST)
          .toList();
    }
    // the right name in the wrong section
    var last = unknown.substring(unknown.lastIndexOf('.') + 1);
    return names.stream()
        .filter(name -> name.endsWith("." + last))
        .sorted(Comparator.comparingInt(String::length))
        .limit(MOST)
        .toList();
  }

  /// The name without the differences that people often overlook: case, hyphens and underscores.
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /// The number of letters that must be inserted, removed, replaced or swapped with their
  /// neighbour.
  private static int distance(String one, String other) {
    var rows = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        rows[i][j] = i == 0 || j == 0 ? i + j : step(rows, one, other, i, j);
      }
    }
    return rows[one.length()][other.length()];
  }

  private static int step(int[][] rows, String one, String other, int i, int j) {
    boolean same = one.charAt(i - 1) == other.charAt(j - 1);
    int least =
        Math.min(rows[i - 1][j - 1] + (same ? 0 : 1), Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
    boolean swapped =
        i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1);
    return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
  }
}
