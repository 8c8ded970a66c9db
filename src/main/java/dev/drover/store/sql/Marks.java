package dev.drover.store.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists of values in a statement. Each list has one of a few lengths, so that few statements are
/// prepared: a value that is repeated changes nothing.
final class Marks {
  private static final int LONGEST = 64;

  private Marks() {}

  /// The values in groups, each for one statement.
  static List<List<String>> groups(List<String> values) {
    var groups = new ArrayList<List<String>>();
    for (int from = 0; from < values.size(); from += LONGEST) {
      groups.add(values.subList(from, Math.min(from + LONGEST, values.size())));
    }
    return groups;
  }

  /// The list of a statement for that many values: `(?, ?)`.
  static String of(int count) {
    return "(" + EventRows.marks(padded(count)) + ")";
  }

  /// The values of a statement: `first`, and those of its list.
  static @Nullable Object[] values(String first, List<String> listed) {
    var values = new ArrayList<String>();
    values.add(first);
    values.addAll(listed);
    values.addAll(Collections.nCopies(padded(listed.size()) - listed.size(), listed.getLast()));
    return values.toArray();
  }

  private static int padded(int count) {
    return count == 1 ? 1 : LONGEST;
  }
}
