package dev.drover.directory;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Undoes the steps of an application, from the last to the first. It may itself be interrupted and
/// begun again.
final class ApplyUndo {
  private static final String ASIDE = ".before-drover";

  private final OpenTree tree;
  private final ApplyJournal journal;
  private final List<Conflict> kept = new ArrayList<>();

  ApplyUndo(OpenTree tree, ApplyJournal journal) {
    this.tree = tree;
    this.journal = journal;
  }

  /// Undoes the steps. Files that were changed since by others stay as they are.
  ///
  /// @return the paths of such files, with the place of the earlier file
  List<Conflict> undo(List<ApplyStep> steps) throws IOException {
    for (int i = steps.size() - 1; i >= 0; i--) {
      var step = steps.get(i);
      if (step.places() && !exists(journal.added(i))) {
        takeAway(step);
      }
      if (step.before().isPresent() && exists(journal.removed(i))) {
        putBack(step.path(), i);
      }
    }
    return kept;
  }

  private static boolean exists(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /// Removes what a step put, unless it is gone, or somebody else's by now.
  private void takeAway(ApplyStep step) throws IOException {
    try {
      if (!step.directory() && !tree.state(step.path()).equals(step.after())) {
        return;
      }
      try (var spot = tree.spot(step.path())) {
        if (!step.directory()) {
          spot.directory().deleteFile(spot.name());
        } else if (spot.attributes().filter(one -> one.isDirectory()).isPresent()) {
          spot.directory().deleteDirectory(spot.name());
        }
      }
    } catch (NoSuchFileException | DirectoryNotEmptyException | BlockedPath _) {
      // it is gone, or others use it by now
    }
  }

  private void putBack(String path, int i) throws IOException {
    try (var earlier = tree.spot(ApplyJournal.removedPath(i))) {
      var place = place(path);
      try (var target = tree.spot(place)) {
        earlier.moveTo(target);
      }
      if (!place.equals(path)) {
        kept.add(new Conflict(path, "changed here meanwhile; its earlier content is in " + place));
      }
    }
  }

  /// The path itself, or one beside it, or one in the root if its directory is no longer there.
  private String place(String path) throws IOException {
    var place = path;
    for (int n = 0; !isFree(place); n++) {
      place = (isReachable(path) ? path : name(path)) + ASIDE + (n == 0 ? "" : "-" + n);
    }
    return place;
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private boolean isReachable(String path) throws IOException {
    try (var _ = tree.spot(path)) {
      return true;
    } catch (NoSuchFileException | BlockedPath _) {
      return false;
    }
  }

  private boolean isFree(String path) throws IOException {
    if (!isReachable(path)) {
      return false;
    }
    try (var spot = tree.spot(path)) {
      return spot.attributes().isEmpty();
    }
  }
}
