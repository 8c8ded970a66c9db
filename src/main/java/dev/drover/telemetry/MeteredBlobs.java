package dev.drover.telemetry;

import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/// Contents whose uses are counted.
public final class MeteredBlobs implements Blobs {
  private final Blobs blobs;
  private final Meters meters;
  private volatile boolean up = true;

  public MeteredBlobs(Blobs blobs, Meters meters) {
    this.blobs = blobs;
    this.meters = meters;
    meters.watchBlobs(() -> up ? 1 : 0);
  }

  private interface Use<T, E extends Exception> {
    T run() throws E, InterruptedException;
  }

  private <T, E extends Exception> T counted(String operation, Use<T, E> use)
      throws E, InterruptedException {
    var outcome = "failed"; // a stream of the caller, or an interrupt
    try {
      var result = use.run();
      up = true;
      outcome = result.equals(Optional.empty()) ? "missing" : "ok";
      return result;
    } catch (Problem e) {
      boolean away = e.kind() == Problem.Kind.UNAVAILABLE;
      up = !away;
      outcome = away ? "unavailable" : "refused";
      throw e;
    } finally {
      meters.blobs.increment(operation, outcome);
    }
  }

  @Override
  public Blob put(InputStream in, long limit) throws IOException, InterruptedException {
    return this.<Blob, IOException>counted("put", () -> blobs.put(in, limit));
  }

  /// What is added counts as put; that a batch becomes durable counts, too.
  @Override
  public Batch batch() {
    var batch = blobs.batch();
    return new Batch() {
      @Override
      public Blob add(InputStream in, long limit) throws IOException, InterruptedException {
        return MeteredBlobs.this.<Blob, IOException>counted("put", () -> batch.add(in, limit));
      }

      @Override
      public void complete() throws InterruptedException {
        MeteredBlobs.this.<Boolean, RuntimeException>counted(
            "complete",
            () -> {
              batch.complete();
              return true;
            });
      }

      @Override
      public void close() {
        batch.close();
      }
    };
  }

  @Override
  public Optional<InputStream> get(BlobId id) throws InterruptedException {
    return this.<Optional<InputStream>, RuntimeException>counted("get", () -> blobs.get(id));
  }

  @Override
  public Optional<InputStream> get(BlobId id, long from, long count) throws InterruptedException {
    return this.<Optional<InputStream>, RuntimeException>counted(
        "get", () -> blobs.get(id, from, count));
  }

  @Override
  public Optional<Held> file(BlobId id) throws InterruptedException {
    return this.<Optional<Held>, RuntimeException>counted("file", () -> blobs.file(id));
  }

  @Override
  public void delete(BlobId id) throws InterruptedException {
    this.<Boolean, RuntimeException>counted(
        "delete",
        () -> {
          blobs.delete(id);
          return true;
        });
  }

  @Override
  public void storedBefore(Instant time, Consumer<Blob> each) throws InterruptedException {
    blobs.storedBefore(time, each);
  }

  @Override
  public String claim(String database) throws InterruptedException {
    return blobs.claim(database);
  }

  @Override
  public void close() {
    blobs.close();
  }
}
