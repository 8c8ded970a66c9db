package dev.drover.directory;

import java.nio.file.Path;
import java.util.Optional;

/// A difference between the copy that an agent got and what it made of it.
///
/// @param path relative to the directory, with `/` between its segments
/// @param before empty if the file is new
/// @param after empty if the file is deleted
/// @param content a local file with the new content; empty for a link or a deleted file
public record Change(
    String path, Optional<FileState> before, Optional<FileState> after, Optional<Path> content) {
  public enum Kind {
    ADDED('A'),
    DELETED('D'),
    MODIFIED('M');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    public char letter() {
      return letter;
    }
  }

  public Kind kind() {
    if (before.isEmpty()) {
      return Kind.ADDED;
    }
    return after.isEmpty() ? Kind.DELETED : Kind.MODIFIED;
  }

  /// Whether a link takes the place of a file, or a file that of a link.
  boolean isReplacement() {
    return before.isPresent() && after.isPresent() && before.get().isLink() != after.get().isLink();
  }

  /// Whether tools on the user's machine may execute the file.
  public boolean runs() {
    return after.isPresent() && (after.get().executable() || RunningNames.contains(path));
  }
}
