package dev.drover.hands.local;

import dev.drover.base.Pause;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file that one owner holds at a time, on this machine. The kernel gives it back when the
/// owner's process dies, however it dies. Safe for many threads.
///
/// The kernel locks for a whole process, and unlocks when the process closes any of its descriptors
/// of the file. So what this process holds is known here, and never opened a second time.
final class FileLock implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(10);
  private static final Set<Object> HELD = new HashSet<>();

  private final Object key;
  private final FileChannel channel;
  private boolean closed;

  private FileLock(Object key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /// Empty when somebody else holds the file, which is made if it is missing.
  ///
  /// @throws NoSuchFileException when its directory is missing, or goes meanwhile
  static Optional<FileLock> tryTake(Path file) throws IOException {
    synchronized (HELD) {
      var known = key(file);
      if (known != null && HELD.contains(known)) {
        return Optional.empty();
      }
      var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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

  /// As [#tryTake], but waits for it.
  static Optional<FileLock> take(Path file, Duration patience, Pause pause)
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
        // It ends with the process at the latest.
      }
    }
  }
}
