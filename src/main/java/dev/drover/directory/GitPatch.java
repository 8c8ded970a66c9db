package dev.drover.directory;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A patch for `git apply`, written change by change. One thread.
public final class GitPatch {
  private final Path root;
  private final Writer to;

  /// @param root the directory, which has the contents before the changes
  public GitPatch(Path root, Writer to) {
    this.root = root;
    this.to = to;
  }

  /// Adds a change.
  ///
  /// @return why it is not in the patch: its file in the directory is no longer the one before the
  ///   change; empty if it is
  public Optional<String> add(Change change) throws IOException {
    var diffs = new ArrayList<TextDiff>();
    var parts = parts(change);
    for (var part : parts) {
      var diff = TextDiff.of(part, root);
      if (diff.omission().equals(Optional.of(TextDiff.CHANGED))
          || (diff.omission().isPresent() && !new BinaryPatch(part, root).isSound())) {
        return Optional.of(TextDiff.CHANGED);
      }
      diffs.add(diff);
    }
    for (int i = 0; i < parts.size(); i++) {
      write(parts.get(i), diffs.get(i));
    }
    return Optional.empty();
  }

  private void write(Change change, TextDiff diff) throws IOException {
    if (diff.omission().isPresent()) {
      new BinaryPatch(change, root).write(to);
      return;
    }
    for (var line : diff.lines()) {
      to.append(line).append('\n');
    }
  }

  /// A link in place of a file, or the reverse, is a deletion and an addition.
  private static List<Change> parts(Change change) {
    return change.isReplacement()
        ? List.of(
            new Change(change.path(), change.before(), Optional.empty(), Optional.empty()),
            new Change(change.path(), Optional.empty(), change.after(), change.content()))
        : List.of(change);
  }
}
