package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.all;
import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.read;
import static dev.drover.store.blobs.Contents.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.catalog.Blobs;
import dev.drover.store.BucketSettings;
import dev.drover.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Contents in a bucket of a real S3 server.
@Tag("sandbox")
final class S3BlobsTest extends BlobsContract {
  private static final Ids IDS = new Ids(new SecureRandom());
  private static final long CACHE = 10_000_000;

  @TempDir(factory = InMemory.class)
  static Path objects;

  private static S3Server server;

  @TempDir(factory = InMemory.class)
  Path temporary;

  private final String prefix = "a/" + IDS.next("") + "/";

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.in(objects);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private S3Blobs open(BucketSettings bucket) throws Exception {
    return S3Blobs.open(
        bucket,
        new BlobPlace(temporary.resolve("cache"), OptionalLong.of(0)),
        CACHE,
        IDS,
        Pause.REAL,
        new Random(1),
        System::nanoTime);
  }

  @Override
  protected Blobs open() throws Exception {
    return open(server.bucket(prefix));
  }

  @Override
  protected boolean isTidy() throws Exception {
    try (var client =
        new S3Client(server.bucket(prefix), Pause.REAL, new Random(1), System::nanoTime)) {
      return new S3Objects(client).uploads(S3Objects.listUploads(prefix)).entries().isEmpty()
          && spooled().isEmpty();
    }
  }

  private List<Path> spooled() throws IOException {
    try (var files = Files.walk(temporary)) {
      return files.filter(file -> file.toString().contains("/incoming/")).toList();
    }
  }

  @Test
  void aLargeContentIsStoredInParts() throws Exception {
    var content = random((int) S3Upload.PART * 2 + 1);
    var blob = blobs.put(stream(content), content.length);
    assertThat(read(blobs, blob.id())).isEqualTo(content);
    assertThat(all(blobs)).containsExactly(blob);
  }
}
