package dev.drover.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Words that a user may have meant by an unknown one.
final class LikelyWords {
  private static final int MOST = 3;
  private static final int FARTHEST = 2;

  private LikelyWords() {}

  /// The candidates within an edit distance of two, the nearest first. A word of one or two letters
  /// is not like any other.
  static List<String> of(String word, Collection<String> candidates) {
    record Near(String candidate, int distance) {}
    return candidates.stream()
        .filter(candidate -> Math.abs(candidate.length() - word.length()) <= FARTHEST)
        .map(candidate -> new Near(candidate, distance(word, candidate)))
        .filter(near -> near.distance <= FARTHEST && near.distance < word.length() - 1)
        .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::candidate))
        .limit(MOST)
        .map(Near::candidate)
        .toList();
  }

  /// The number of letters to add, remove, replace or swap with their neighbour.
  private static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int same = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        int best =
            Math.min(cost[i - 1][j - 1] + same, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[from.length()][to.length()];
  }
}
