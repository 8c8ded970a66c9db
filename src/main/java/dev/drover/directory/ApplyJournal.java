package dev.drover.directory;

import dev.drover.base.FileLock;
import dev.drover.base.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The directory `.drover-apply` in a directory to which changes are applied: the new files before
/// they are moved to their places, the earlier ones after they were moved away, and the plan. With
/// it, an application that did not end can be undone.
///
/// Before the plan is there, nothing was moved. When it was renamed to `done`, nothing is to be
/// undone.
final class ApplyJournal implements AutoCloseable {
  static final String NAME = ".drover-apply";
  private static final String PLAN = "plan";
  private static final String DONE = "done";

  private final Path directory;
  private final FileLock lock;

  private ApplyJournal(Path directory, FileLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /// Begins a journal.
  ///
  /// @throws IOException also if there is one
  static ApplyJournal begin(Path root) throws IOException {
    var directory = root.resolve(NAME);
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var journal = new ApplyJournal(directory, lock(directory));
    Files.createDirectory(directory.resolve("new"));
    Files.createDirectory(directory.resolve("old"));
    return journal;
  }

  /// The journal of an earlier application that did not end; empty if there is none.
  ///
  /// @throws IOException also if another process is applying changes
  static Optional<ApplyJournal> find(Path root) throws IOException {
    var directory = root.resolve(NAME);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return Optional.of(new ApplyJournal(directory, lock(directory)));
  }

  private static FileLock lock(Path directory) throws IOException {
    return FileLock.tryTake(directory.resolve("lock"))
        .orElseThrow(() -> new IOException("another drover is applying changes to this directory"));
  }

  Path added(int i) {
    return directory.resolve("new").resolve(Integer.toString(i));
  }

  Path removed(int i) {
    return directory.resolve("old").resolve(Integer.toString(i));
  }

  /// The path of a new file, relative to the root.
  static String addedPath(int i) {
    return NAME + "/new/" + i;
  }

  /// The path of an earlier file, relative to the root.
  static String removedPath(int i) {
    return NAME + "/old/" + i;
  }

  /// Writes the plan; it is complete or not there.
  void plan(List<ApplyStep> steps) throws IOException {
    var unfinished = directory.resolve("plan.new");
    Files.writeString(
        unfinished, Json.arr(steps.stream().map(ApplyStep::json).toArray()).toString());
    sync(unfinished);
    Files.move(unfinished, directory.resolve(PLAN), StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
  }

  /// The steps of the plan; none if nothing was moved, or if everything was.
  List<ApplyStep> steps() throws IOException {
    String text;
    try {
      text = Files.readString(directory.resolve(PLAN), StandardCharsets.UTF_8);
    } catch (NoSuchFileException _) {
      return List.of();
    }
    var steps = new ArrayList<ApplyStep>();
    try {
      if (Json.parse(text) instanceof Json.Arr all) {
        for (var one : all.items()) {
          steps.add(ApplyStep.of(one));
        }
      }
    } catch (Json.Malformed e) {
      throw new IOException(directory + ": the plan is damaged", e);
    }
    return steps;
  }

  /// From here on, there is nothing to undo.
  void done() throws IOException {
    var plan = directory.resolve(PLAN);
    if (Files.exists(plan, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(plan, directory.resolve(DONE), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  static void sync(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Removes the journal.
  void remove() throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path one, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(one);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Releases the journal, which stays.
  @Override
  public void close() {
    lock.close();
  }
}
