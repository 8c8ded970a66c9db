package dev.drover.gateway;

import dev.drover.base.FreeSpace;
import dev.drover.base.Ids;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Packs that git servers have sent for whole clones, for the same request of another session of
/// the same workspace. They are stored as they came from the server, so nothing that a sandbox says
/// is in them. Who may have one is not known here. Safe for many threads; servers may share the
/// directory.
public final class CloneCache {
  private static final System.Logger LOG = System.getLogger(CloneCache.class.getName());
  private static final String DRAFT = "draft_";

  /// How long an unused pack is kept, and a draft left by a server that died.
  private static final Duration UNUSED = Duration.ofDays(14);

  /// The most packs that are stored at the same time.
  private static final int AT_ONCE = 2;

  /// The largest pack is this part of all.
  private static final int PART = 4;

  private final Path root;
  private final long most;
  private final Ids ids;
  private final InstantSource clock;
  private final Semaphore free = new Semaphore(AT_ONCE);

  /// @param root the directory, which need not exist
  /// @param most the bytes of all packs, without those that are being stored
  public CloneCache(Path root, long most, Ids ids, InstantSource clock) {
    this.root = root;
    this.most = most;
    this.ids = ids;
    this.clock = clock;
  }

  boolean has(String key) {
    return Files.isRegularFile(root.resolve(key), LinkOption.NOFOLLOW_LINKS);
  }

  /// The pack of a key; empty if there is none. A damaged one is removed.
  Optional<CachedPack> open(String key) throws ClosedByInterruptException {
    var file = root.resolve(key);
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
      return Optional.of(CachedPack.open(file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a clone in the cache is damaged and is removed: {0}", e.getMessage());
      remove(file);
      return Optional.empty();
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a clone in the cache cannot be removed", e);
    }
  }

  /// Begins to store a pack; null if that is not possible now.
  @Nullable CloneRecording recording(String key) {
    if (!free.tryAcquire()) {
      return null;
    }
    CloneRecording recording = null;
    try {
      Files.createDirectories(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (!new FreeSpace(root, OptionalLong.empty()).isShort()) {
        var draft = root.resolve(ids.next(DRAFT));
        var file = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        recording = new CloneRecording(this, key, draft, file, most / PART);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a clone cannot be kept", e);
    } finally {
      if (recording == null) {
        free.release();
      }
    }
    return recording;
  }

  /// Makes a draft the pack of a key.
  void keep(String key, Path draft) throws IOException {
    Files.setLastModifiedTime(draft, FileTime.from(clock.instant()));
    Files.move(draft, root.resolve(key), StandardCopyOption.ATOMIC_MOVE);
    shrink();
  }

  /// Ends what [#recording] has begun.
  void ended() {
    free.release();
  }

  private record Kept(Path file, long bytes, Instant used) {}

  /// Removes what has not been used for too long, and then the packs that have not been used for
  /// the longest time, until all together have at most `most` bytes.
  private synchronized void shrink() throws IOException {
    var all = new ArrayList<Kept>();
    var since = clock.instant().minus(UNUSED);
    try (var files = Files.newDirectoryStream(root)) {
      for (var file : files) {
        var kept = kept(file);
        if (kept.isPresent() && kept.get().used.isBefore(since)) {
          remove(file);
        } else if (!file.getFileName().toString().startsWith(DRAFT)) {
          kept.ifPresent(all::add);
        }
      }
    }
    all.sort(Comparator.comparing(Kept::used));
    long sum = all.stream().mapToLong(Kept::bytes).sum();
    for (var kept : all) {
      if (sum > most) {
        remove(kept.file);
        sum -= kept.bytes;
      }
    }
  }

  /// Empty if it has been removed meanwhile.
  private static Optional<Kept> kept(Path file) throws IOException {
    try {
      var is = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return Optional.of(new Kept(file, is.size(), is.lastModifiedTime().toInstant()));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }
}
