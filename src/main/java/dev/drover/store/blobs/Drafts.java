package dev.drover.store.blobs;

import dev.drover.base.FileLock;
import dev.drover.base.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/// The directory of contents that are not complete. The names of its files begin with a name of
/// their process, which holds the lock `<name>.lock` as long as it lives.
final class Drafts implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String LOCK = ".lock";

  private final Path directory;
  private final String owner;
  private final FileLock lock;

  private Drafts(Path directory, String owner, FileLock lock) {
    this.directory = directory;
    this.owner = owner;
    this.lock = lock;
  }

  /// Removes the files of processes that have ended. A lock lets one process at a time do this, so
  /// none removes the lock of another between its creation and its locking.
  ///
  /// @param owner a new name for this process
  static Drafts open(Path directory, String owner, Pause pause)
      throws IOException, InterruptedException {
    OwnFiles.createDirectory(directory);
    try (var _ =
        FileLock.take(directory.resolve(LOCK), PATIENCE, pause)
            .orElseThrow(() -> new IOException("another process does not finish its start"))) {
      for (var name : OwnFiles.names(directory)) {
        if (!name.equals(LOCK)) {
          sweep(directory, name);
        }
      }
      var lock = FileLock.tryTake(directory.resolve(owner + LOCK)).orElseThrow();
      return new Drafts(directory, owner, lock);
    }
  }

  private static void sweep(Path directory, String name) throws IOException {
    var theirs = directory.resolve(name.replaceFirst("\\..*", "") + LOCK);
    try (var lock = FileLock.tryTake(theirs).orElse(null)) {
      if (lock != null) {
        Files.deleteIfExists(directory.resolve(name));
        Files.deleteIfExists(theirs);
      }
    } catch (NoSuchFileException _) {
      // the other process has been closed at this moment
    }
  }

  /// A file for a new content.
  Path file(String name) throws IOException {
    return OwnFiles.check(directory).resolve(owner + "." + name);
  }

  /// Files that are still being written are removed when the directory is opened again.
  @Override
  public void close() {
    try (lock) {
      Files.deleteIfExists(directory.resolve(owner + LOCK));
    } catch (IOException _) {
      // it is removed when the directory is opened again
    }
  }
}
