package dev.drover.directory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Checks all changes against a directory before the first one is applied.
final class ApplyCheck {
  private final OpenTree tree;
  private final List<Change> changes;
  private final Set<String> deleted = new HashSet<>();
  private final Set<String> missing = new LinkedHashSet<>();
  private final Map<String, PosixFileAttributes> seen = new HashMap<>();
  private final List<Conflict> conflicts = new ArrayList<>();

  ApplyCheck(OpenTree tree, List<Change> changes) {
    this.tree = tree;
    this.changes = changes;
  }

  /// The steps to apply: deletions, new directories, then the other changes.
  ///
  /// @throws NotApplied with all conflicts
  List<ApplyStep> steps() throws IOException, NotApplied {
    changes.stream()
        .filter(change -> change.kind() == Change.Kind.DELETED)
        .forEach(change -> deleted.add(change.path()));
    for (var change : changes) {
      conflict(change).ifPresent(why -> conflicts.add(new Conflict(change.path(), why)));
    }
    if (!conflicts.isEmpty()) {
      throw new NotApplied(conflicts);
    }
    var steps = new ArrayList<ApplyStep>();
    changes.stream()
        .filter(change -> deleted.contains(change.path()))
        .forEach(change -> steps.add(ApplyStep.of(change)));
    missing.forEach(path -> steps.add(ApplyStep.directory(path)));
    changes.stream()
        .filter(change -> !deleted.contains(change.path()))
        .forEach(change -> steps.add(ApplyStep.of(change)));
    return steps;
  }

  /// The files that are replaced or deleted, as they were when they were checked.
  Map<String, PosixFileAttributes> seen() {
    return seen;
  }

  private Optional<String> conflict(Change change) throws IOException {
    var path = change.path();
    if (GitNames.contains(path)) {
      return Optional.of("belongs to git");
    }
    var way = way(path);
    if (way.isPresent()) {
      return way;
    }
    try (var spot = tree.spot(path)) {
      spot.attributes().ifPresent(found -> seen.put(path, found));
    } catch (NoSuchFileException _) {
      // a directory on the way is missing
    } catch (IOException e) {
      if (change.before().isPresent()) {
        throw e;
      }
    }
    var found = seen.get(path);
    if (change.before().isEmpty()) {
      return found == null
          ? Optional.empty()
          : Optional.of(found.isDirectory() ? "is a directory here" : "exists here meanwhile");
    }
    if (found == null) {
      return Optional.of("was deleted here meanwhile");
    }
    return tree.state(path).equals(change.before())
        ? Optional.empty()
        : Optional.of("changed here meanwhile");
  }

  /// Why the path cannot be reached. Notes the directories that are missing.
  private Optional<String> way(String path) throws IOException {
    boolean below = false; // a missing directory
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      var parent = path.substring(0, slash);
      below = below || missing.contains(parent) || deleted.contains(parent);
      if (below) {
        missing.add(parent);
        continue;
      }
      try (var spot = tree.spot(parent)) {
        var found = spot.attributes();
        if (found.isEmpty()) {
          below = true;
          missing.add(parent);
        } else if (!found.get().isDirectory()) {
          return Optional.of(
              found.get().isSymbolicLink() ? "is behind a link here" : "is behind a file here");
        }
      }
    }
    return Optional.empty();
  }
}
