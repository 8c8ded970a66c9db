package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.all;
import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.read;
import static dev.drover.store.blobs.Contents.stream;
import static dev.drover.store.blobs.Contents.then;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobFiles;
import dev.drover.store.BucketSettings;
import dev.drover.store.StoreUnusable;
import dev.drover.testing.S3Server;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An S3 server that is stopped, refuses, or has lost something.
@Tag("sandbox")
final class S3AwayTest {
  private static final Ids IDS = new Ids(new SecureRandom());
  private static final int LARGE = (int) S3Upload.PART + 1;

  @TempDir(factory = InMemory.class)
  static Path objects;

  private static S3Server server;

  @TempDir(factory = InMemory.class)
  Path temporary;

  private final AtomicLong nanos = new AtomicLong();
  private final String prefix = IDS.next("");
  private S3Blobs blobs;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.in(objects);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void begin() throws Exception {
    blobs = open(server.bucket(prefix));
  }

  @AfterEach
  void end() {
    blobs.close();
  }

  private S3Blobs open(BucketSettings bucket) throws Exception {
    var cache = temporary.resolve("cache");
    return S3Blobs.open(
        bucket,
        new BlobPlace(cache, OptionalLong.of(0)),
        1 << 20,
        IDS,
        _ -> {},
        new Random(1),
        nanos::get);
  }

  private static void assertAway(Contents.Act act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
              assertThat(problem).hasMessage("The blob store does not answer. Please retry.");
            });
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(uploads()).isZero();
    try (var files = Files.walk(temporary)) {
      assertThat(files.filter(file -> file.toString().contains("/incoming/"))).isEmpty();
    }
  }

  private int uploads() throws Exception {
    try (var client = new S3Client(server.bucket(prefix), Pause.REAL, new Random(1), () -> 0)) {
      return new S3Objects(client).uploads(S3Objects.listUploads(prefix)).entries().size();
    }
  }

  @Test
  void everythingFailsWhileTheServerIsAwayAndWorksWhenItIsBack() throws Exception {
    var kept = blobs.put(stream(random(LARGE)), LARGE);
    server.stopImmediately();
    try {
      assertAway(() -> blobs.put(stream(random(10)), 10));
      assertAway(() -> blobs.put(stream(random(LARGE)), LARGE));
      assertAway(() -> blobs.get(kept.id()));
      assertAway(() -> blobs.get(kept.id(), 0, 1));
      assertAway(() -> blobs.file(kept.id()));
      assertAway(() -> blobs.delete(kept.id()));
      assertAway(() -> all(blobs));
      try (var another = open(server.bucket(prefix))) { // a start does not need the server
        assertAway(() -> another.get(kept.id()));
      }
    } finally {
      server.start();
    }
    assertAway(() -> blobs.get(kept.id())); // it is not asked again so soon
    nanos.addAndGet(10_000_000_000L);
    assertThat(read(blobs, kept.id())).isEqualTo(random(LARGE));
    assertThat(all(blobs)).containsExactly(kept);
    assertNothingIsLeft();
  }

  @Test
  void aServerThatGoesAwayWhileAContentArrivesLeavesNothing() throws Exception {
    var content =
        new SequenceInputStream(
            then(LARGE, server::stopImmediately), stream(random(10))); // ends after the act
    assertAway(() -> blobs.put(content, 2L * LARGE));
    server.start();
    nanos.addAndGet(10_000_000_000L);
    assertThat(all(blobs)).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void aServerThatHangsIsInterrupted() throws Exception {
    server.hang();
    try (var scope = new Scope()) {
      var thread = new Thread[1];
      var put =
          scope.fork(
              () -> {
                thread[0] = Thread.currentThread();
                try {
                  blobs.put(
                      then(LARGE, () -> {}), LARGE); // all that there is, then nothing answers
                  return "stored";
                } catch (InterruptedException _) {
                  return "interrupted";
                }
              });
      while (spooled() < LARGE) {
        Thread.onSpinWait();
      }
      thread[0].interrupt();
      assertThat(put.join()).isEqualTo("interrupted");
    } finally {
      server.resume();
    }
  }

  private long spooled() throws IOException {
    var incoming = temporary.resolve("cache/0/incoming").toFile().listFiles();
    return incoming == null || incoming.length == 0 ? 0 : incoming[0].length();
  }

  @Test
  void uploadsThatProcessesLeftAreAbortedWhenTheyAreOld() throws Exception {
    var key = prefix + "0".repeat(64) + "-1";
    try (var client = new S3Client(server.bucket(prefix), Pause.REAL, new Random(1), () -> 0)) {
      var objects = new S3Objects(client);
      for (var name : new String[] {key, prefix + "not-ours"}) {
        objects.xml(
            S3Call.of("POST", name).query("uploads", ""), "InitiateMultipartUploadResult", x -> x);
      }
    }
    blobs.storedBefore(Instant.EPOCH, _ -> {});
    assertThat(uploads()).isEqualTo(2);
    blobs.storedBefore(Instant.MAX, _ -> {});
    assertThat(uploads()).isEqualTo(1);
  }

  @Test
  void aContentThatHasChangedOnTheServerIsNotGivenOut() throws Exception {
    var blob = blobs.put(stream(random(1_000)), 1_000);
    var changed = random(1_000);
    changed[999] ^= 1;
    Files.write(server.file(prefix + blob.id()), changed);
    try (var in = blobs.get(blob.id()).orElseThrow()) {
      assertThatThrownBy(in::readAllBytes).hasMessageEndingWith(" has changed");
    }
    assertThatThrownBy(() -> blobs.file(blob.id())).isInstanceOf(Problem.class);
    assertNothingIsLeft();
  }

  @Test
  void aCopyThatHasChangedOnTheDiskIsFetchedAgain() throws Exception {
    var blob = blobs.put(stream(random(1_000)), 1_000);
    blobs.file(blob.id()).orElseThrow().close();
    blobs.close();
    var copy = temporary.resolve("cache/0/" + blob.id());
    assertThat(copy).hasBinaryContent(random(1_000));
    Files.delete(copy);
    Files.write(copy, random(999));
    blobs = open(server.bucket(prefix));
    try (var held = blobs.file(blob.id()).orElseThrow()) {
      assertThat(held.path()).hasBinaryContent(random(1_000));
    }
  }

  @Test
  void theCopyOfAContentIsUsedWithoutTheServer() throws Exception {
    var blob = blobs.put(stream(random(1_000)), 1_000);
    blobs.file(blob.id()).orElseThrow().close();
    Files.delete(server.file(prefix + blob.id()));
    try (var held = blobs.file(blob.id()).orElseThrow()) {
      assertThat(held.path()).hasBinaryContent(random(1_000));
    }
    blobs.delete(blob.id());
    assertThat(blobs.file(blob.id())).isEmpty();
  }

  @Test
  void copiesThatAreNotInUseMakeRoomForOthers() throws Exception {
    var first = held(400_000);
    var second = held(400_001);
    first.close();
    held(400_002).close(); // all fit only without the first
    assertThat(first.path()).doesNotExist();
    assertThat(second.path()).exists();
    second.close();
    held(2_000_000).close();
    try (var files = Files.list(temporary.resolve("cache/0"))) {
      assertThat(files).containsExactly(temporary.resolve("cache/0/incoming"));
    }
  }

  private BlobFiles.Held held(int size) throws Exception {
    Blob blob = blobs.put(stream(random(size)), size);
    return blobs.file(blob.id()).orElseThrow();
  }

  @Test
  void wrongKeysAndMissingBucketsAreRefusedAtTheStart() {
    var wrong = S3Server.bucket(server.url(), prefix, "a-wrong-secret");
    assertThatThrownBy(() -> open(wrong))
        .isInstanceOf(StoreUnusable.class)
        .hasMessage(
            "Cannot use the bucket " + wrong.shown() + " (status 403 SignatureDoesNotMatch).");
    var right = server.bucket(prefix);
    var missing =
        new BucketSettings(
            right.endpoint(),
            right.region(),
            "nothing-here",
            prefix,
            true,
            right.accessKey(),
            right.secretKey());
    assertThatThrownBy(() -> open(missing))
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining("(status 404 NoSuchBucket)");
  }
}
