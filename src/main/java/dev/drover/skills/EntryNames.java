package dev.drover.skills;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The names in an upload, which must be different from each other on every file system, also on
/// one that ignores case. Not safe for concurrent use.
final class EntryNames {
  private record Known(String path, boolean directory) {}

  private final Map<String, Known> known = new HashMap<>();

  /// Adds a file, and the directories that contain it.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if the path is taken
  void addFile(EntryPath path) {
    add(path, path.value().length(), false);
    addParents(path);
  }

  /// Adds a directory, which may be there already.
  ///
  /// @throws dev.drover.base.Problem `INVALID_REQUEST` if a file has the path
  void addDirectory(EntryPath path) {
    add(path, path.value().length(), true);
    addParents(path);
  }

  private void addParents(EntryPath path) {
    for (int end = path.value().lastIndexOf('/'); end > 0; ) {
      add(path, end, true);
      end = path.value().lastIndexOf('/', end - 1);
    }
  }

  private void add(EntryPath path, int end, boolean directory) {
    var here = path.value().substring(0, end);
    // Both ways, because some letters have one form in upper case and two in lower case.
    var folded = here.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    var earlier = known.putIfAbsent(folded, new Known(here, directory));
    if (earlier == null) {
      return;
    }
    if (!earlier.path.equals(here)) {
      throw path.refused("differs from \"" + earlier.path + "\" only in upper and lower case");
    }
    if (earlier.directory != directory) {
      throw EntryPath.refused(here, "is both a file and a directory");
    }
    if (!directory) {
      throw path.refused("is there twice");
    }
  }
}
