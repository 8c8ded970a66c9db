package dev.drover.directory;

import dev.drover.pax.PaxEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The links of an archive that are written as what they lead to within it. That may be something
/// that comes later, so they are written at the end.
final class FollowedLinks {
  private static final int MOST = 10_000;
  private static final int MOST_HOPS = 40;

  private final TreeMap<String, PaxEntry.Kind> entries = new TreeMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final Writing writing;
  private final List<String> skipped;
  private int written;

  /// Writes to the place of a link.
  interface Writing {
    void directory(String path) throws IOException;

    void copy(String path, String earlier) throws IOException;
  }

  /// @param skipped receives links that lead nowhere
  FollowedLinks(Writing writing, List<String> skipped) {
    this.writing = writing;
    this.skipped = skipped;
  }

  /// Notes an entry that was written, or a link that is not.
  ///
  /// @param link of a symbolic link, which stays inside
  void add(PaxEntry.Kind kind, String path, String link) {
    entries.put(path, kind);
    if (kind == PaxEntry.Kind.SYMBOLIC_LINK) {
      links.put(path, normal(path.substring(0, path.lastIndexOf('/') + 1) + link));
    }
  }

  private static String normal(String path) {
    var segments = new java.util.ArrayDeque<String>();
    for (var segment : path.split("/", -1)) {
      if (segment.equals("..")) {
        segments.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    return String.join("/", segments);
  }

  void write() throws IOException {
    for (var path : List.copyOf(entries.keySet())) {
      if (links.containsKey(path)) {
        follow(path, path, new HashSet<>());
      }
    }
  }

  /// @param way the directories whose content is being written
  private void follow(String path, String link, Set<String> way) throws IOException {
    count();
    var found = resolved(link);
    if (found.isEmpty() || way.contains(found.get()) || path.startsWith(found.get() + "/")) {
      skipped.add(path + ", a link that leads nowhere or in circles");
      return;
    }
    var real = found.get();
    if (entries.containsKey(real) && entries.get(real) != PaxEntry.Kind.DIRECTORY) {
      one(path, real);
      return;
    }
    way.add(real);
    writing.directory(path);
    for (var below : within(real).entrySet()) {
      var place = path + below.getKey().substring(real.length());
      switch (below.getValue()) {
        case DIRECTORY -> writing.directory(place);
        case SYMBOLIC_LINK -> follow(place, below.getKey(), way);
        case FILE, HARD_LINK -> one(place, below.getKey());
      }
    }
    way.remove(real);
  }

  private void one(String path, String real) throws IOException {
    count();
    writing.copy(path, real);
  }

  /// Links to directories with links to directories are more than a disk can hold.
  private void count() throws IOException {
    if (++written > MOST) {
      throw new IOException("there are more than 10,000 files behind links");
    }
  }

  /// What is in a directory, however deep.
  private Map<String, PaxEntry.Kind> within(String directory) {
    return entries.subMap(directory + "/", directory + "0");
  }

  /// The path to which a link leads, through other links; empty if nothing is there.
  private Optional<String> resolved(String link) {
    var path = link;
    for (int hops = 0; hops < MOST_HOPS; hops++) {
      var next = step(path);
      if (next.isEmpty()) {
        boolean there = entries.containsKey(path) || !within(path).isEmpty();
        return there && !path.isEmpty() ? Optional.of(path) : Optional.empty();
      }
      path = next.get();
    }
    return Optional.empty();
  }

  /// The path with its first link replaced by what the link leads to; empty if it has none.
  private Optional<String> step(String path) {
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      var target = links.get(path.substring(0, slash));
      if (target != null) {
        return Optional.of(target + path.substring(slash));
      }
    }
    return Optional.ofNullable(links.get(path));
  }
}
