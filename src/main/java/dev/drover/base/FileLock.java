package dev.drover.base;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A lock on a file, which one owner holds at a time. The kernel releases it when the owner's
/// process ends, however it ends. Safe for many threads.
///
/// The kernel locks for a whole process, and releases the lock when the process closes any of its
/// descriptors of the file. So the locks of this process are kept in a list here, and none of their
/// files is opened a second time.
public final class FileLock implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(10);
  private static final Set<OpenOption> OPTIONS =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  private static final FileAttribute<?> MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<Object> HELD = new HashSet<>();

  private final Object key;
  private final FileChannel channel;
  private boolean closed;

  private FileLock(Object key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /// Empty if another owner holds the lock. The file is created if it is missing, readable by its
  /// owner alone; a link is not followed.
  ///
  /// @throws NoSuchFileException if the directory is missing, or if the file was removed meanwhile
  public static Optional<FileLock> tryTake(Path file) throws IOException {
    synchronized (HELD) {
      var known = key(file);
      if (known != null && HELD.contains(known)) {
        return Optional.empty();
      }
      var channel = FileChannel.open(file, OPTIONS, MODE);
      boolean taken = false;
      try {
        if (channel.tryLock() == null) {
          return Optional.empty();
        }
        var key = key(file);
        if (key == null) {
          throw new NoSuchFileException(file.toString());
        }
        taken = HELD.add(key);
        return Optional.of(new FileLock(key, channel));
      } finally {
        if (!taken) {
          channel.close();
        }
      }
    }
  }

  /// As [#tryTake], but waits up to `patience` for the lock.
  public static Optional<FileLock> take(Path file, Duration patience, Pause pause)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (true) {
      var lock = tryTake(file);
      if (lock.isPresent() || System.nanoTime() >= until) {
        return lock;
      }
      pause.pause(STEP);
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// Idempotent.
  @Override
  public void close() {
    synchronized (HELD) {
      if (closed) {
        return;
      }
      closed = true;
      HELD.remove(key);
      try {
        channel.close();
      } catch (IOException e) {
        // the lock ends with the process at the latest
      }
    }
  }
}
