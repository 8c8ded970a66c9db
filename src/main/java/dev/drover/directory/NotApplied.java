package dev.drover.directory;

import java.util.List;

/// An application that was refused or undone: the directory is as it was.
public final class NotApplied extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<Conflict> conflicts;

  NotApplied(List<Conflict> conflicts) {
    super("Nothing was applied");
    this.conflicts = List.copyOf(conflicts);
  }

  /// None if it was cancelled.
  public List<Conflict> conflicts() {
    return conflicts;
  }
}
