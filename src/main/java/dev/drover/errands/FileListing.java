package dev.drover.errands;

import dev.drover.hands.HandTree;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Files of a session.
///
/// @param files the newest first
/// @param isCut whether there are so many that some are missing
public record FileListing(List<Entry> files, boolean isCut) {
  static final FileListing NONE = new FileListing(List.of(), false);

  public FileListing {
    files = List.copyOf(files);
  }

  /// A file.
  ///
  /// @param path in the sandbox
  public record Entry(String path, long size, Instant modified) {}

  /// @param trees by their places in the sandbox
  static FileListing of(Map<String, Optional<HandTree>> trees) {
    var files = new ArrayList<Entry>();
    boolean cut = false;
    for (var tree : trees.entrySet()) {
      for (var entry : tree.getValue().map(HandTree::entries).orElse(List.of())) {
        if (entry.stamp().isFile()) {
          var modified = Instant.ofEpochSecond(0, entry.stamp().modified());
          files.add(
              new Entry(tree.getKey() + entry.path().shown(), entry.stamp().size(), modified));
        }
      }
      cut = cut || tree.getValue().filter(HandTree::isCut).isPresent();
    }
    files.sort(Comparator.comparing(Entry::modified).reversed().thenComparing(Entry::path));
    return new FileListing(files, cut);
  }
}
