package dev.drover.store.sqlite;

import dev.drover.store.StoreUnusable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The file of the database. It exists, is readable only by its owner, and is locked for this
/// process until this is closed.
///
/// The lock is on `<file>.lock`, and the system releases it when the process dies, however it dies.
/// The lock file is not removed: otherwise two processes could lock two files of one name.
final class DataFile implements AutoCloseable {
  /// The files that this process holds. A lock belongs to a process, and closing any channel to the
  /// file releases it, so a second opener in the same process must not even try.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private DataFile(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /// @throws StoreUnusable if the file cannot be created or written, or if another process holds it
  static DataFile hold(Path file) throws StoreUnusable {
    var directory = file.toAbsolutePath().normalize().getParent();
    if (directory == null) {
      throw new StoreUnusable(file + " is not a file name.");
    }
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory, mode(directory, "rwx------"));
      }
      var path = directory.toRealPath().resolve(file.getFileName());
      if (!HELD.add(path)) {
        throw inUse(path, Long.toString(ProcessHandle.current().pid()));
      }
      try {
        var held = new DataFile(path, lock(path));
        if (Files.isDirectory(path)) {
          held.close();
          throw new StoreUnusable(
              path + " is a directory, not a database. Move it, or choose another data directory.");
        }
        if (!Files.exists(path)) {
          Files.createFile(path, mode(directory, "rw-------"));
        }
        return held;
      } catch (IOException | StoreUnusable | RuntimeException e) {
        HELD.remove(path);
        throw e;
      }
    } catch (IOException e) {
      throw new StoreUnusable(
          "Cannot write in " + directory + " (" + e + "). Drover stores its data there.", e);
    }
  }

  /// Whether this process holds the file.
  static boolean isHeldHere(Path file) throws IOException {
    var directory = file.toAbsolutePath().normalize().getParent();
    return directory != null
        && Files.isDirectory(directory)
        && HELD.contains(directory.toRealPath().resolve(file.getFileName()));
  }

  private static FileChannel lock(Path path) throws IOException, StoreUnusable {
    var beside = path.resolveSibling(path.getFileName() + ".lock");
    var channel =
        FileChannel.open(
            beside,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            mode(path, "rw-------"));
    if (channel.tryLock() == null) {
      var holder = Files.readString(beside).strip();
      channel.close();
      throw inUse(path, holder);
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
    return channel;
  }

  private static StoreUnusable inUse(Path path, String pid) {
    return StoreUnusable.inUse(path + " is already in use by another Drover (pid " + pid + ").");
  }

  private static FileAttribute<?>[] mode(Path near, String mode) {
    return near.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    HELD.remove(path);
    try {
      lock.close();
    } catch (IOException _) {
      // the system releases the lock at the latest when the process ends
    }
  }
}
