package dev.drover.testing;

import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/// Another storage seen through one's own eyes: override what should go otherwise.
public interface BlobsView extends Blobs {
  /// The one behind it.
  Blobs blobs();

  @Override
  default Blob put(InputStream in, long limit) throws IOException, InterruptedException {
    return blobs().put(in, limit);
  }

  @Override
  default Batch batch() {
    return blobs().batch();
  }

  @Override
  default Optional<InputStream> get(BlobId id) throws InterruptedException {
    return blobs().get(id);
  }

  @Override
  default Optional<InputStream> get(BlobId id, long from, long count) throws InterruptedException {
    return blobs().get(id, from, count);
  }

  @Override
  default Optional<Held> file(BlobId id) throws InterruptedException {
    return blobs().file(id);
  }

  @Override
  default void delete(BlobId id) throws InterruptedException {
    blobs().delete(id);
  }

  @Override
  default void storedBefore(Instant time, Consumer<Blob> each) throws InterruptedException {
    blobs().storedBefore(time, each);
  }

  @Override
  default String claim(String database) throws InterruptedException {
    return blobs().claim(database);
  }

  @Override
  default void close() {
    blobs().close();
  }
}
