package dev.drover.store.blobs;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import dev.drover.store.BucketSettings;
import dev.drover.store.StoreUnusable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Contents as objects of an S3-compatible bucket, named by their ids. A content is written to a
/// local file first: its digest, which is a part of its name, is known at its end. The bucket and
/// the prefix must belong to one installation of Drover: it removes what its own rows do not name.
public final class S3Blobs implements Blobs {
  /// The name of the object, after the prefix, that names the database.
  public static final String MARK = "database";

  private static final int LOCKS = 64;

  /// The number of contents of a batch that are uploaded at once.
  private static final int UPLOADS = 8;

  private final BucketSettings bucket;
  private final S3Client client;
  private final S3Objects objects;
  private final BlobCache cache;
  private final Disk disk;
  private final Ids ids;
  private final List<ReentrantLock> downloads =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

  private S3Blobs(BucketSettings bucket, S3Client client, BlobCache cache, Ids ids) {
    this.bucket = bucket;
    this.client = client;
    this.cache = cache;
    this.ids = ids;
    objects = new S3Objects(client);
    disk = cache.disk();
  }

  /// Opens a bucket. It need not be reachable.
  ///
  /// @param place for local copies
  /// @param cache the maximum size of the local copies, in bytes
  /// @param nanos a monotonic clock
  /// @throws StoreUnusable if the server refuses the bucket or the keys, or the directory cannot be
  ///   used
  public static S3Blobs open(
      BucketSettings bucket,
      BlobPlace place,
      long cache,
      Ids ids,
      Pause pause,
      RandomGenerator random,
      LongSupplier nanos)
      throws StoreUnusable, InterruptedException {
    S3Blobs blobs;
    try {
      var local = BlobCache.open(place, cache);
      blobs = new S3Blobs(bucket, new S3Client(bucket, pause, random, nanos), local, ids);
    } catch (IOException e) {
      throw new StoreUnusable(
          "Cannot use " + place.directory() + " (" + e + "). Drover copies stored contents there.",
          e);
    }
    try {
      blobs.objects.objects(S3Objects.list(bucket.prefix()).query("max-keys", "1"));
    } catch (S3Failure e) {
      if (!e.mayPass()) {
        blobs.close();
        throw new StoreUnusable(
            "Cannot use the bucket " + bucket.shown() + " (" + e.getMessage() + ").", e);
      }
    }
    return blobs;
  }

  private String key(BlobId id) {
    return bucket.prefix() + id.value();
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
    return new DraftBatch(disk, () -> ids.next(""), cache::draft, this::store);
  }

  private void store(List<DraftBatch.Ready> ready) throws InterruptedException {
    var begun = ConcurrentHashMap.<BlobId>newKeySet();
    try {
      AtOnce.each(
          ready,
          UPLOADS,
          one -> {
            begun.add(one.id());
            store(one.id(), one.draft());
          });
    } catch (Problem e) {
      begun.forEach(this::abandon);
      throw e;
    }
  }

  private void store(BlobId id, Draft draft) throws InterruptedException {
    try {
      objects.put(key(id), draft.path(), draft.size());
    } catch (S3Failure e) {
      throw client.unavailable(e);
    }
  }

  /// Deletes what may have been stored nevertheless.
  private void abandon(BlobId id) {
    try {
      objects.delete(key(id));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (S3Failure | Problem _) {
      // it has no row, so it is found when it is old
    }
  }

  @Override
  public Optional<InputStream> get(BlobId id) throws InterruptedException {
    return asking(() -> objects.get(key(id))).map(opened -> stream(id, opened, true));
  }

  @Override
  public Optional<InputStream> get(BlobId id, long from, long count) throws InterruptedException {
    if (from < 0 || count < 0) {
      throw new IllegalArgumentException("a part from " + from + " of " + count + " bytes");
    }
    return asking(() -> objects.get(key(id), from, count)).map(part -> stream(id, part, false));
  }

  private static InputStream stream(BlobId id, S3Objects.Opened opened, boolean verified) {
    return new BlobStream(opened.in(), id, opened.size(), verified);
  }

  /// A local copy of the content, which stays for later calls as long as there is room.
  @Override
  public Optional<Held> file(BlobId id) throws InterruptedException {
    var lock = downloads.get(Math.floorMod(id.hashCode(), LOCKS));
    lock.lockInterruptibly();
    try {
      var copy = disk.reading(() -> cache.hold(id));
      return copy.isPresent() ? copy : copied(id);
    } finally {
      lock.unlock();
    }
  }

  private Optional<Held> copied(BlobId id) throws InterruptedException {
    var content = get(id);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (var in = content.get();
        var draft = disk.writing(() -> cache.draft(ids.next("")))) {
      draft.fill(in, Long.MAX_VALUE, disk);
      return disk.writing(
          () -> {
            draft.digest();
            return Optional.of(cache.add(id, draft));
          });
    } catch (InterruptedIOException e) {
      Thread.interrupted();
      throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
    } catch (IOException e) {
      throw Problem.unavailable("The server cannot read its stored contents.", e);
    }
  }

  @Override
  public void delete(BlobId id) throws InterruptedException {
    disk.writing(
        () -> {
          cache.remove(id);
          return true;
        });
    asking(
        () -> {
          objects.delete(key(id));
          return true;
        });
  }

  @Override
  public void storedBefore(Instant time, Consumer<Blob> each) throws InterruptedException {
    each(
        S3Objects.list(bucket.prefix()),
        objects::objects,
        (id, entry) -> {
          if (entry.time().isBefore(time)) {
            each.accept(new Blob(id, entry.size()));
          }
        });
    each(
        S3Objects.listUploads(bucket.prefix()),
        objects::uploads,
        (_, entry) -> {
          if (entry.time().isBefore(time)) {
            new S3Upload(objects, entry.key(), entry.upload()).abort();
          }
        });
  }

  private interface Pages {
    S3Objects.Listing page(S3Call call) throws S3Failure, InterruptedException;
  }

  private interface Visit {
    void visit(BlobId id, S3Objects.Entry entry) throws S3Failure, InterruptedException;
  }

  private void each(S3Call first, Pages pages, Visit visit) throws InterruptedException {
    for (var call = Optional.of(first); call.isPresent(); ) {
      var page = call.get();
      var listing = asking(() -> pages.page(page));
      for (var entry : listing.entries()) {
        var name = entry.key().substring(Math.min(bucket.prefix().length(), entry.key().length()));
        if (BlobId.isWellFormed(name)) {
          asking(
              () -> {
                visit.visit(new BlobId(name), entry);
                return true;
              });
        }
      }
      call = listing.next();
    }
  }

  private interface Asking<T> {
    T ask() throws S3Failure, InterruptedException;
  }

  private <T> T asking(Asking<T> call) throws InterruptedException {
    try {
      return call.ask();
    } catch (S3Failure e) {
      throw client.unavailable(e);
    }
  }

  /// The first of two databases that do this at the same moment may get its own name; each calls
  /// this again before it deletes garbage.
  @Override
  public String claim(String database) throws InterruptedException {
    var key = bucket.prefix() + MARK;
    var mark = asking(() -> objects.text(key));
    if (mark.isEmpty()) {
      asking(
          () -> {
            objects.put(key, database);
            return true;
          });
      mark = asking(() -> objects.text(key));
    }
    return mark.orElse("").strip();
  }

  @Override
  public void close() {
    client.close();
    cache.close();
  }
}
