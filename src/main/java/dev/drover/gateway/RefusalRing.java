package dev.drover.gateway;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// What the agent of a sandbox has not read yet about its connections. Safe for many threads.
final class RefusalRing {
  /// The number of different ones that are kept; older ones are dropped.
  private static final int MOST = 32;

  private final SequencedSet<String> words = new LinkedHashSet<>();

  synchronized void add(String said) {
    if (words.add(said) && words.size() > MOST) {
      words.removeFirst();
    }
  }

  /// All, oldest first. They are not returned again.
  synchronized List<String> take() {
    var all = new ArrayList<>(words);
    words.clear();
    return all;
  }
}
