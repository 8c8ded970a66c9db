package dev.drover.store.blobs;

import dev.drover.base.FileLock;
import dev.drover.catalog.BlobFiles.Held;
import dev.drover.catalog.BlobId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Local copies of contents that are stored elsewhere, as files with their ids as names. If they
/// use more than the limit, those that were not used for the longest time are removed, but none
/// that is held. Also the place of contents on their way. Safe for many threads.
///
/// Each process has its own directory, so it knows what is in it: `cache/<n>` with the first `n`
/// that no other process has locked.
final class BlobCache implements AutoCloseable {
  private static final int PROCESSES = 1_000;

  private final Path directory;
  private final Disk disk;
  private final FileLock lock;
  private final long limit;
  private final Map<BlobId, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);
  private long size;

  private BlobCache(Path directory, Disk disk, FileLock lock, long limit) {
    this.directory = directory;
    this.disk = disk;
    this.lock = lock;
    this.limit = limit;
  }

  /// @param limit in bytes
  static BlobCache open(BlobPlace place, long limit) throws IOException {
    var root = place.directory();
    OwnFiles.createDirectory(root);
    for (int n = 0; n < PROCESSES; n++) {
      var lock = FileLock.tryTake(root.resolve(n + ".lock")).orElse(null);
      if (lock != null) {
        var cache = new BlobCache(root.resolve(Integer.toString(n)), Disk.of(place), lock, limit);
        boolean opened = false;
        try {
          cache.load();
          opened = true;
          return cache;
        } finally {
          if (!opened) {
            cache.close();
          }
        }
      }
    }
    throw new IOException("too many processes use it");
  }

  private void load() throws IOException {
    OwnFiles.createDirectory(directory);
    OwnFiles.createDirectory(incoming());
    for (var name : OwnFiles.names(incoming())) {
      Files.delete(incoming().resolve(name));
    }
    record Found(BlobId id, Path path, long size, long time) {}
    OwnFiles.names(directory).stream()
        .filter(BlobId::isWellFormed)
        .map(BlobId::new)
        .map(
            id -> {
              var file = directory.resolve(id.value()).toFile();
              return new Found(id, file.toPath(), file.length(), file.lastModified());
            })
        .sorted(Comparator.comparingLong(Found::time))
        .forEach(found -> put(new Copy(found.id, found.path, found.size, false)));
    trim();
  }

  private Path incoming() {
    return directory.resolve("incoming");
  }

  Disk disk() {
    return disk;
  }

  /// A file for a content on its way.
  ///
  /// @param name a new one
  Draft draft(String name) throws IOException {
    return new Draft(incoming().resolve(name));
  }

  /// The copy of a content, if there is one. It is compared with its digest when this process uses
  /// it for the first time. Only one thread at a time may call this or [#add] for a content.
  Optional<Held> hold(BlobId id) throws IOException {
    var copy = used(id);
    if (copy == null) {
      return Optional.empty();
    }
    boolean sound = false;
    try {
      sound = copy.isSound();
    } finally {
      if (!sound) {
        remove(id);
      }
    }
    return sound ? Optional.of(new Use(copy)) : Optional.empty();
  }

  private synchronized @Nullable Copy used(BlobId id) {
    var copy = copies.get(id);
    if (copy != null) {
      copy.uses++;
    }
    return copy;
  }

  /// Adds a copy.
  ///
  /// @param draft is complete, and is what was stored
  synchronized Held add(BlobId id, Draft draft) throws IOException {
    var copy = new Copy(id, directory.resolve(id.value()), draft.size(), true);
    Files.move(draft.path(), copy.path, StandardCopyOption.ATOMIC_MOVE);
    copy.uses++;
    put(copy);
    trim();
    return new Use(copy);
  }

  private void put(Copy copy) {
    copies.put(copy.id, copy);
    size += copy.size;
  }

  /// Removes the copy of a content, if there is one, also if it is held.
  synchronized void remove(BlobId id) throws IOException {
    var copy = copies.remove(id);
    if (copy != null) {
      size -= copy.size;
      Files.deleteIfExists(copy.path);
    }
  }

  private synchronized void trim() throws IOException {
    var unused = copies.values().stream().filter(copy -> copy.uses == 0).toList();
    for (var copy : unused) {
      if (size <= limit) {
        return;
      }
      remove(copy.id);
    }
  }

  private synchronized void release(Copy copy) {
    copy.uses--;
    try {
      trim();
    } catch (IOException _) {
      // the copy does not count any more; the next start finds it again
    }
  }

  @Override
  public void close() {
    lock.close();
  }

  private static final class Copy {
    private final BlobId id;
    private final Path path;
    private final long size;
    private int uses;
    private volatile boolean sound;

    Copy(BlobId id, Path path, long size, boolean sound) {
      this.id = id;
      this.path = path;
      this.size = size;
      this.sound = sound;
    }

    boolean isSound() throws IOException {
      if (!sound) {
        try (var file = Channels.newInputStream(OwnFiles.read(path));
            var content = new BlobStream(file, id, Files.size(path), true)) {
          content.transferTo(OutputStream.nullOutputStream());
          sound = true;
        } catch (ClosedByInterruptException e) {
          throw e;
        } catch (IOException _) {
          return false;
        }
      }
      return sound;
    }
  }

  private final class Use implements Held {
    private final Copy copy;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Use(Copy copy) {
      this.copy = copy;
    }

    @Override
    public Path path() {
      return copy.path;
    }

    @Override
    public void close() {
      if (open.getAndSet(false)) {
        release(copy);
      }
    }
  }
}
