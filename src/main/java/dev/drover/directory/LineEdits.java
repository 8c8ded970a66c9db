package dev.drover.directory;

import com.github.difflib.DiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import java.util.ArrayList;
import java.util.List;

/// The lines that differ between two texts.
final class LineEdits {
  /// The product of the numbers of lines above which no shortest difference is looked for.
  private static final long MAX_WORK = 25_000_000;

  /// Lines `from` to `to` of the old text, replaced by those of the new one.
  record Edit(int from, int to, int newFrom, int newTo) {}

  private LineEdits() {}

  /// The edits in ascending order. Equal lines at both ends are compared first.
  static List<Edit> of(List<String> before, List<String> after) {
    int start = 0;
    int most = Math.min(before.size(), after.size());
    while (start < most && before.get(start).equals(after.get(start))) {
      start++;
    }
    int end = 0;
    while (end < most - start
        && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
      end++;
    }
    var old = before.subList(start, before.size() - end);
    var now = after.subList(start, after.size() - end);
    if (old.isEmpty() && now.isEmpty()) {
      return List.of();
    }
    if ((long) old.size() * now.size() > MAX_WORK) {
      return List.of(new Edit(start, start + old.size(), start, start + now.size()));
    }
    var edits = new ArrayList<Edit>();
    for (var delta : DiffUtils.diff(old, now, new MyersDiffWithLinearSpace<>()).getDeltas()) {
      int from = start + delta.getSource().getPosition();
      int newFrom = start + delta.getTarget().getPosition();
      add(
          edits,
          new Edit(
              from, from + delta.getSource().size(), newFrom, newFrom + delta.getTarget().size()));
    }
    return edits;
  }

  /// Adds an edit, as one with the edit before it if no line is between them.
  private static void add(List<Edit> edits, Edit next) {
    if (!edits.isEmpty()) {
      var last = edits.getLast();
      if (last.to() == next.from() && last.newTo() == next.newFrom()) {
        edits.set(edits.size() - 1, new Edit(last.from(), next.to(), last.newFrom(), next.newTo()));
        return;
      }
    }
    edits.add(next);
  }
}
