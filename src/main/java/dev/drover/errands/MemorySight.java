package dev.drover.errands;

import dev.drover.hands.FileStamp;
import dev.drover.hands.HandFiles;
import dev.drover.hands.HandRoot;
import dev.drover.hands.HandTree;
import dev.drover.memory.MemoryFolder.Found;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What was seen of the directory of a memory store in one hand, so that only what has changed is
/// read again. A lost one costs time alone. Used by one thread at a time, except for [#remember].
final class MemorySight {
  private record Seen(FileStamp stamp, Found found) {}

  private final Map<String, Seen> seen = new ConcurrentHashMap<>();
  private @Nullable HandTree tree;

  /// Lists the directory.
  HandTree look(HandFiles files, HandRoot root) throws IOException, InterruptedException {
    var known = tree;
    var next = files.tree(root, Optional.ofNullable(known).map(HandTree::cookie));
    var now = next.isPresent() || known == null ? next.orElseThrow() : known;
    tree = now;
    return now;
  }

  /// What is at a path, if that has not changed since it was read.
  Optional<Found> of(String path, FileStamp stamp) {
    return Optional.ofNullable(seen.get(path))
        .filter(one -> one.stamp.equals(stamp))
        .map(Seen::found);
  }

  void remember(String path, FileStamp stamp, Found found) {
    seen.put(path, new Seen(stamp, found));
  }

  void forgetAllBut(Set<String> paths) {
    seen.keySet().retainAll(paths);
  }
}
