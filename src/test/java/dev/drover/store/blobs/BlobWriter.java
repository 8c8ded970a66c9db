package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.slow;
import static dev.drover.store.blobs.Contents.together;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// A process that stores contents until it is killed, and prints the id of each one when it is
/// stored.
final class BlobWriter {
  private BlobWriter() {}

  /// @param args the directory
  public static void main(String[] args) throws Exception {
    var sizes = new AtomicInteger();
    try (var blobs = DirectoryBlobsTest.open(Path.of(args[0]))) {
      together(
          4,
          () -> {
            while (true) {
              var content = random(sizes.incrementAndGet() * 1_009 % 300_000);
              var blob = blobs.put(slow(content, 10_000), 300_000);
              System.out.println(blob.id() + " .");
              if (blob.size() % 3 == 0) {
                System.out.println("deletes " + blob.id() + " .");
                blobs.delete(blob.id());
              }
            }
          });
    }
  }
}
