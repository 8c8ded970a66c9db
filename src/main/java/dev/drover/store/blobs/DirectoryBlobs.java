package dev.drover.store.blobs;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.store.StoreUnusable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Contents as files of a directory: `ab/<id>`, where `ab` are the first digits of the id. A
/// content is written to a file in `incoming`, synced, and moved to its place. [Drafts] removes
/// what processes that died left there.
public final class DirectoryBlobs implements Blobs {
  private static final List<String> SHARDS =
      IntStream.range(0, 256).mapToObj("%02x"::formatted).toList();

  /// The name of the file that names the database.
  public static final String MARK = "database";

  private static final int LONGEST_MARK = 200;

  /// The number of files that are synced at once.
  private static final int SYNCS = 16;

  private final Path directory;
  private final Disk disk;
  private final Ids ids;
  private final Drafts drafts;

  private DirectoryBlobs(Path directory, Disk disk, Ids ids, Drafts drafts) {
    this.directory = directory;
    this.disk = disk;
    this.ids = ids;
    this.drafts = drafts;
  }

  /// @throws StoreUnusable if it cannot be created or written, or contains a link
  public static DirectoryBlobs open(BlobPlace place, Ids ids, Pause pause)
      throws StoreUnusable, InterruptedException {
    var directory = place.directory();
    try {
      OwnFiles.createDirectory(directory);
      for (var shard : SHARDS) {
        OwnFiles.createDirectory(directory.resolve(shard));
      }
      var drafts = Drafts.open(directory.resolve("incoming"), ids.next(""), pause);
      OwnFiles.sync(directory);
      OwnFiles.sync(directory.toAbsolutePath().resolveSibling("").toRealPath());
      return new DirectoryBlobs(directory, Disk.of(place), ids, drafts);
    } catch (IOException e) {
      throw new StoreUnusable(
          "Cannot use " + directory + " (" + e + "). Drover stores large contents there.", e);
    }
  }

  /// As above; contents may take all of the disk.
  public static DirectoryBlobs open(Path directory, Ids ids, Pause pause)
      throws StoreUnusable, InterruptedException {
    return open(new BlobPlace(directory, OptionalLong.of(0)), ids, pause);
  }

  @Override
  public Blob put(InputStream in, long limit) throws IOException, InterruptedException {
    try (var batch = batch()) {
      var blob = batch.add(in, limit);
      batch.complete();
      return blob;
    }
  }

  @Override
  public Batch batch() {
    return new DraftBatch(
        disk, () -> ids.next(""), name -> new Draft(drafts.file(name)), this::store);
  }

  /// Moves drafts to their places when they are durable. Many small syncs at once share the work of
  /// the disk.
  private void store(List<DraftBatch.Ready> ready) throws InterruptedException {
    AtOnce.each(ready, SYNCS, one -> disk.writing(one.draft()::sync));
    var moved = new ArrayList<Path>();
    boolean durable = false;
    try {
      for (var one : ready) {
        moved.add(disk.writing(() -> one.draft().move(shard(one.id()), one.id().value())));
      }
      var shards = moved.stream().map(Path::getParent).distinct().toList();
      AtOnce.each(shards, SYNCS, shard -> disk.writing(() -> OwnFiles.sync(shard)));
      durable = true;
    } finally {
      if (!durable) {
        moved.forEach(DirectoryBlobs::removeNow);
      }
    }
  }

  private static void removeNow(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException _) {
      // it has no row, so it is found when it is old
    }
  }

  private Path shard(BlobId id) throws IOException {
    return OwnFiles.check(directory.resolve(id.value().substring(0, 2)));
  }

  @Override
  public Optional<InputStream> get(BlobId id) throws InterruptedException {
    return open(id, 0, Long.MAX_VALUE, true);
  }

  @Override
  public Optional<InputStream> get(BlobId id, long from, long count) throws InterruptedException {
    if (from < 0 || count < 0) {
      throw new IllegalArgumentException("a part from " + from + " of " + count + " bytes");
    }
    return open(id, from, count, false);
  }

  private Optional<InputStream> open(BlobId id, long from, long count, boolean verified)
      throws InterruptedException {
    return disk.reading(
        () -> {
          FileChannel file;
          try {
            file = OwnFiles.read(shard(id).resolve(id.value()));
          } catch (NoSuchFileException _) {
            return Optional.empty();
          }
          long start = Math.min(from, file.size());
          long size = Math.min(count, file.size() - start);
          var in = Channels.newInputStream(file.position(start));
          return Optional.of(new BlobStream(in, id, size, verified));
        });
  }

  /// The content's own file.
  @Override
  public Optional<Held> file(BlobId id) throws InterruptedException {
    var content = get(id);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    return disk.reading(
        () -> {
          try (var in = content.get()) {
            in.transferTo(OutputStream.nullOutputStream());
          }
          return Optional.of(new OwnFile(shard(id).resolve(id.value())));
        });
  }

  private record OwnFile(Path path) implements Held {
    @Override
    public void close() {}
  }

  @Override
  public void delete(BlobId id) throws InterruptedException {
    disk.writing(
        () -> {
          var shard = shard(id);
          boolean deleted = Files.deleteIfExists(shard.resolve(id.value()));
          OwnFiles.sync(shard); // an earlier call may have deleted it, and failed here
          return deleted;
        });
  }

  @Override
  public void storedBefore(Instant time, Consumer<Blob> each) throws InterruptedException {
    for (var shard : SHARDS) {
      disk.reading(() -> storedBefore(FileTime.from(time), directory.resolve(shard))).forEach(each);
    }
  }

  private static List<Blob> storedBefore(FileTime time, Path shard) throws IOException {
    var blobs = new ArrayList<Blob>();
    for (var name : OwnFiles.names(shard)) {
      try {
        var file = shard.resolve(name);
        var attributes =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (BlobId.isWellFormed(name) && attributes.lastModifiedTime().compareTo(time) < 0) {
          blobs.add(new Blob(new BlobId(name), attributes.size()));
        }
      } catch (NoSuchFileException _) {
        // was deleted meanwhile
      }
    }
    return blobs;
  }

  @Override
  public String claim(String database) throws InterruptedException {
    var mark = directory.resolve(MARK);
    if (!Files.exists(mark, LinkOption.NOFOLLOW_LINKS)) {
      mark(mark, database);
    }
    return disk.reading(
        () -> {
          try (var in = Channels.newInputStream(OwnFiles.read(mark))) {
            return new String(in.readNBytes(LONGEST_MARK), StandardCharsets.UTF_8).strip();
          }
        });
  }

  /// The mark is complete as soon as it has its name; another process may be faster.
  private void mark(Path mark, String database) throws InterruptedException {
    disk.writing(
        () -> {
          var draft = drafts.file(ids.next(""));
          try {
            try (var file = OwnFiles.create(draft)) {
              file.write(ByteBuffer.wrap((database + "\n").getBytes(StandardCharsets.UTF_8)));
              file.force(true);
            }
            link(mark, draft);
          } finally {
            Files.deleteIfExists(draft);
          }
          OwnFiles.sync(directory);
          return mark;
        });
  }

  private static void link(Path mark, Path draft) throws IOException {
    try {
      Files.createLink(mark, draft);
    } catch (FileAlreadyExistsException _) {
      // the other process has marked it
    } catch (FileSystemException | UnsupportedOperationException _) {
      Files.move(draft, mark); // a file system without links
    }
  }

  @Override
  public void close() {
    drafts.close();
  }
}
