package dev.drover.store.blobs;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.store.StoreUnusable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Contents as files of a directory: `ab/<id>`, where `ab` are the first digits of the id. A
/// content is written to a file in `incoming`, synced, and moved to its place. [Drafts] removes
/// what processes that died left there.
public final class DirectoryBlobs implements Blobs {
  private static final int BUFFER = 1 << 16;
  private static final List<String> SHARDS =
      IntStream.range(0, 256).mapToObj("%02x"::formatted).toList();

  private final Path directory;
  private final Ids ids;
  private final Drafts drafts;

  private DirectoryBlobs(Path directory, Ids ids, Drafts drafts) {
    this.directory = directory;
    this.ids = ids;
    this.drafts = drafts;
  }

  /// @param directory is created if it is missing
  /// @throws StoreUnusable if it cannot be created or written, or contains a link
  public static DirectoryBlobs open(Path directory, Ids ids, Pause pause)
      throws StoreUnusable, InterruptedException {
    try {
      OwnFiles.createDirectory(directory);
      for (var shard : SHARDS) {
        OwnFiles.createDirectory(directory.resolve(shard));
      }
      var drafts = Drafts.open(directory.resolve("incoming"), ids.next(""), pause);
      OwnFiles.sync(directory);
      OwnFiles.sync(directory.toAbsolutePath().resolveSibling("").toRealPath());
      return new DirectoryBlobs(directory, ids, drafts);
    } catch (IOException e) {
      throw new StoreUnusable(
          "Cannot use " + directory + " (" + e + "). Drover stores large contents there.", e);
    }
  }

  @Override
  public Blob put(InputStream in, long limit) throws IOException, InterruptedException {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit of " + limit + " bytes");
    }
    var tag = ids.next("");
    try (var draft = writing(() -> new Draft(drafts.file(tag)))) {
      var buffer = new byte[BUFFER];
      while (true) {
        long left = limit - draft.size();
        int count = in.read(buffer, 0, (int) Math.min(BUFFER - 1, left) + 1);
        if (count < 0) {
          return writing(() -> stored(draft, tag));
        }
        if (count > left) {
          var message = "The content is larger than " + limit + " bytes";
          throw new Problem(Problem.Kind.TOO_LARGE, null, message, null);
        }
        writing(() -> draft.append(buffer, count));
      }
    }
  }

  private Blob stored(Draft draft, String tag) throws IOException {
    var blob = new Blob(new BlobId(draft.finish() + "-" + tag), draft.size());
    draft.move(shard(blob.id()), blob.id().value());
    return blob;
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
    return reading(
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
    return reading(
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
    writing(
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
      reading(() -> storedBefore(FileTime.from(time), directory.resolve(shard))).forEach(each);
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

  @FunctionalInterface
  private interface Step<T> {
    T run() throws IOException;
  }

  private <T> T reading(Step<T> step) throws InterruptedException {
    return attempt(step, () -> "The server cannot read its stored contents.");
  }

  private <T> T writing(Step<T> step) throws InterruptedException {
    return attempt(
        step,
        () -> isFull() ? "The server's disk is full." : "The server cannot store the content.");
  }

  private static <T> T attempt(Step<T> step, Supplier<String> failure) throws InterruptedException {
    try {
      return step.run();
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
    } catch (IOException e) {
      throw Problem.unavailable(failure.get(), e);
    }
  }

  /// The system's own message depends on the language that is set.
  private boolean isFull() {
    try {
      return Files.getFileStore(directory).getUsableSpace() < BUFFER;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() {
    drafts.close();
  }
}
