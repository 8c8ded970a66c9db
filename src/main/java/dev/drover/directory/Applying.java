package dev.drover.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestInputStream;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Applies changes to a directory: all of them or none. Every change is first checked against the
/// directory; new files are prepared in a journal within it, and then moved to their places. A file
/// that is replaced is moved away, checked once more, and kept until the end. One thread at a time.
public final class Applying {
  private final Path root;
  private final BooleanSupplier cancelled;
  private final Consumer<String> hook;

  /// @param cancelled whether to stop, and to undo what was done
  public Applying(Path root, BooleanSupplier cancelled) {
    this(root, cancelled, _ -> {});
  }

  /// @param hook called before and after each step on the disk
  Applying(Path root, BooleanSupplier cancelled, Consumer<String> hook) {
    this.root = root;
    this.cancelled = cancelled;
    this.hook = hook;
  }

  /// Undoes an earlier application to the directory that did not end.
  ///
  /// @return the paths where earlier files were kept aside, because others were there; empty if
  ///   there was nothing to undo
  public static Optional<List<Conflict>> recover(Path root) throws IOException {
    var found = ApplyJournal.find(root);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (var journal = found.get();
        var tree = new OpenTree(root)) {
      var steps = journal.steps();
      var kept = new ApplyUndo(tree, journal).undo(steps);
      journal.done();
      journal.remove();
      return steps.isEmpty() ? Optional.empty() : Optional.of(kept);
    }
  }

  /// Applies the changes.
  ///
  /// @throws NotApplied if the directory is as it was, because of conflicts or because it was
  ///   cancelled
  /// @throws IOException if the disk failed; the directory is as it was unless the message says
  ///   otherwise
  public void apply(List<Change> changes) throws NotApplied, IOException {
    try (var tree = new OpenTree(root)) {
      var check = new ApplyCheck(tree, changes);
      var steps = check.steps();
      hook.accept("checked");
      try (var journal = ApplyJournal.begin(root)) {
        hook.accept("begun");
        try {
          prepare(journal, steps, changes, check.seen());
          journal.plan(steps);
          hook.accept("planned");
        } catch (IOException | NotApplied e) {
          journal.remove();
          throw e;
        }
        try {
          for (int i = 0; i < steps.size(); i++) {
            carryOut(tree, steps.get(i), i, check.seen());
          }
        } catch (IOException | NotApplied e) {
          new ApplyUndo(tree, journal).undo(steps);
          journal.done();
          journal.remove();
          throw e;
        }
        journal.done();
        hook.accept("done");
        journal.remove();
        hook.accept("removed");
      }
    }
  }

  private void prepare(
      ApplyJournal journal,
      List<ApplyStep> steps,
      List<Change> changes,
      Map<String, PosixFileAttributes> seen)
      throws IOException, NotApplied {
    var contents = new HashMap<String, Path>();
    for (var change : changes) {
      change.content().ifPresent(content -> contents.put(change.path(), content));
    }
    for (int i = 0; i < steps.size(); i++) {
      stopIfCancelled();
      var step = steps.get(i);
      if (step.directory()) {
        Files.createDirectory(journal.added(i));
      } else if (step.after().isPresent() && step.after().get().isLink()) {
        Files.createSymbolicLink(journal.added(i), Path.of(step.after().get().digest()));
      } else if (step.after().isPresent()) {
        var content = Objects.requireNonNull(contents.get(step.path()), "a file has a content");
        copy(step, content, journal.added(i));
        dress(journal.added(i), step.after().get().executable(), seen.get(step.path()));
      }
      hook.accept("prepared " + i);
    }
  }

  private static void copy(ApplyStep step, Path content, Path to) throws IOException, NotApplied {
    var digest = Digests.sha256();
    try (var in = new DigestInputStream(Files.newInputStream(content), digest);
        var out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
      in.transferTo(out);
    }
    var copied = HexFormat.of().formatHex(digest.digest());
    if (!step.after().map(FileState::digest).orElse("").equals(copied)) {
      throw new NotApplied(List.of(new Conflict(step.path(), "has lost its new content")));
    }
    ApplyJournal.sync(to);
  }

  /// Gives a new file the owner and the permissions of the one that it replaces.
  private static void dress(Path file, boolean executable, @Nullable PosixFileAttributes earlier)
      throws IOException {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    var own = view.readAttributes();
    if (earlier != null && !earlier.isSymbolicLink()) {
      try {
        if (!earlier.owner().equals(own.owner())) {
          view.setOwner(earlier.owner());
        }
        if (!earlier.group().equals(own.group())) {
          view.setGroup(earlier.group());
        }
      } catch (IOException _) {
        // only root may give files away; others replace a file by one of their own, as editors do
      }
    }
    var permissions =
        EnumSet.copyOf(
            earlier == null || earlier.isSymbolicLink()
                ? own.permissions()
                : earlier.permissions());
    execution(permissions, executable);
    view.setPermissions(permissions);
  }

  private static void execution(Set<PosixFilePermission> permissions, boolean executable) {
    for (var who : List.of("OWNER", "GROUP", "OTHERS")) {
      var execute = PosixFilePermission.valueOf(who + "_EXECUTE");
      if (!executable) {
        permissions.remove(execute);
      } else if (permissions.contains(PosixFilePermission.valueOf(who + "_READ"))) {
        permissions.add(execute);
      }
    }
  }

  private void carryOut(OpenTree tree, ApplyStep step, int i, Map<String, PosixFileAttributes> seen)
      throws IOException, NotApplied {
    stopIfCancelled();
    try (var target = tree.spot(step.path())) {
      if (step.before().isPresent()) {
        var checked = seen.get(step.path());
        same(step, checked, target.attributes());
        try (var away = tree.spot(ApplyJournal.removedPath(i))) {
          target.moveTo(away);
          hook.accept("moved " + i);
          same(step, checked, away.attributes());
        }
      }
      if (step.places()) {
        if (target.attributes().isPresent()) {
          throw changed(step);
        }
        try (var ready = tree.spot(ApplyJournal.addedPath(i))) {
          ready.moveTo(target);
        }
        hook.accept("placed " + i);
      }
    } catch (NoSuchFileException | BlockedPath e) {
      throw changed(step);
    }
  }

  /// Checks that a file is the one that was checked, and was not written since.
  private static void same(
      ApplyStep step, @Nullable PosixFileAttributes checked, Optional<PosixFileAttributes> now)
      throws NotApplied {
    if (checked == null
        || now.isEmpty()
        || !Objects.equals(checked.fileKey(), now.get().fileKey())
        || checked.size() != now.get().size()
        || !checked.lastModifiedTime().equals(now.get().lastModifiedTime())) {
      throw changed(step);
    }
  }

  private static NotApplied changed(ApplyStep step) {
    return new NotApplied(List.of(new Conflict(step.path(), "changed here meanwhile")));
  }

  private void stopIfCancelled() throws NotApplied {
    if (cancelled.getAsBoolean()) {
      throw new NotApplied(List.of());
    }
  }
}
