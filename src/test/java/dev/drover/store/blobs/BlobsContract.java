package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.all;
import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.read;
import static dev.drover.store.blobs.Contents.slow;
import static dev.drover.store.blobs.Contents.stream;
import static dev.drover.store.blobs.Contents.then;
import static dev.drover.store.blobs.Contents.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.base.Scope;
import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [Blobs] does.
abstract class BlobsContract {
  private static final long LIMIT = 1 << 24;
  private static final BlobId UNKNOWN = new BlobId("0".repeat(64) + "-x");

  protected Blobs blobs;

  /// Opens the storage of this test once more, as another process would.
  protected abstract Blobs open() throws Exception;

  /// Whether only complete contents are left of everything that was tried.
  protected abstract boolean isTidy() throws Exception;

  @BeforeEach
  void begin() throws Exception {
    blobs = open();
  }

  @AfterEach
  void end() throws Exception {
    assertThat(isTidy()).isTrue();
    blobs.close();
  }

  private Blob put(byte[] content) throws Exception {
    return blobs.put(stream(content), LIMIT);
  }

  @Test
  void theFirstDatabaseThatClaimsTheStorageHasIt() throws Exception {
    var owners =
        together(
            4,
            () -> {
              try (var another = open()) {
                return another.claim("one");
              }
            });
    assertThat(owners).containsOnly("one");
    assertThat(blobs.claim("two")).isEqualTo("one");
    assertThat(all(blobs)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 65_535, 65_536, 65_537, 131_072, 1_000_003})
  void aContentIsReadAsItWasWritten(int size) throws Exception {
    var content = random(size);
    var blob = put(content);
    assertThat(blob.size()).isEqualTo(size);
    assertThat(blob.id().digest())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
    assertThat(read(blobs, blob.id())).isEqualTo(content);
    try (var in = blobs.get(blob.id()).orElseThrow()) {
      for (byte one : content) {
        if (in.read() != (one & 0xff)) {
          throw new AssertionError("read byte by byte, it differs");
        }
      }
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(all(blobs)).containsExactly(blob);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 65_535, 65_537})
  void aStreamMayGiveLessThanIsAskedFor(int most) throws Exception {
    var content = random(200_000);
    assertThat(read(blobs, blobs.put(slow(content, most), LIMIT).id())).isEqualTo(content);
  }

  @Test
  void contentsOutliveTheProcess() throws Exception {
    var blob = put(random(100_000));
    var empty = put(random(0));
    blobs.close();
    blobs = open();
    assertThat(all(blobs)).containsExactlyInAnyOrder(blob, empty);
    assertThat(read(blobs, blob.id())).isEqualTo(random(100_000));
  }

  @Test
  void theSameContentGetsANewIdSoThatDeletingOneLeavesTheOther() throws Exception {
    var first = put(random(1_000));
    var second = put(random(1_000));
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.id().digest()).isEqualTo(first.id().digest());
    blobs.delete(first.id());
    assertThat(blobs.get(first.id())).isEmpty();
    assertThat(read(blobs, second.id())).isEqualTo(random(1_000));
  }

  @Test
  void manyWritersOfTheSameContentDoNotDisturbEachOther() throws Exception {
    try (var other = open()) {
      var mine = new CountDownLatch(16);
      var written =
          together(
              16,
              () -> {
                mine.countDown();
                mine.await();
                var to = Thread.currentThread().threadId() % 2 == 0 ? blobs : other;
                var blob = to.put(slow(random(300_000), 60_000), LIMIT);
                blobs.delete(to.put(stream(random(300_000)), LIMIT).id());
                return blob;
              });
      assertThat(written).doesNotHaveDuplicates();
      assertThat(all(other)).containsExactlyInAnyOrderElementsOf(written);
      for (var blob : written) {
        assertThat(read(other, blob.id())).isEqualTo(random(300_000));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "65536,65536", "65536,65537", "0,9223372036854775807"})
  void aContentMayBeAsLargeAsTheLimit(int size, long limit) throws Exception {
    assertThat(blobs.put(stream(random(size)), limit).size()).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1_000, 65_535, 65_536, 65_537, 1_000_000})
  void aLargerContentIsRefusedAfterOneByteMore(long limit) throws Exception {
    var endless = new Contents.Endless();
    assertThatThrownBy(() -> blobs.put(endless, limit))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.TOO_LARGE);
              assertThat(problem).hasMessage("The content is larger than " + limit + " bytes");
            });
    assertThat(endless.taken).isEqualTo(limit + 1);
    assertThat(all(blobs)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 100_000, 1_000_000})
  void aStreamThatFailsLeavesNothingAndItsFailureIsSeen(int after) throws Exception {
    for (var failure :
        new Exception[] {new IOException("reset"), new IllegalStateException("left")}) {
      var in =
          then(
              after,
              () -> {
                throw failure;
              });
      assertThatThrownBy(() -> blobs.put(in, LIMIT)).isSameAs(failure);
    }
    assertThat(all(blobs)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 100_000})
  void anInterruptEndsAPutAndLeavesNothing(int after) throws Exception {
    var in = then(after, () -> Thread.currentThread().interrupt());
    assertThatThrownBy(() -> blobs.put(in, LIMIT)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(all(blobs)).isEmpty();
    assertThat(put(random(10)).size()).isEqualTo(10);
  }

  @Test
  void aContentIsNotVisibleBeforeItIsComplete() throws Exception {
    try (var other = open()) {
      var blob =
          blobs.put(
              then(
                  200_000,
                  () -> {
                    assertThat(all(blobs)).isEmpty();
                    assertThat(all(other)).isEmpty();
                    try (var third = open()) {
                      assertThat(all(third)).isEmpty();
                    }
                  }),
              LIMIT);
      assertThat(all(other)).containsExactly(blob);
      assertThat(read(other, blob.id())).isEqualTo(random(200_000));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "0,1",
    "0,9999",
    "0,10000",
    "0,10001",
    "0,9223372036854775807",
    "1,1",
    "1,9999",
    "5000,10",
    "9999,1",
    "9999,2",
    "10000,0",
    "10000,1",
    "10001,1",
    "9223372036854775807,9223372036854775807"
  })
  void aPartIsWhatTheContentHasThere(long from, long count) throws Exception {
    var content = random(10_000);
    var id = put(content).id();
    int start = (int) Math.min(from, 10_000);
    int end = (int) Math.min(10_000, start + Math.min(count, 10_000));
    try (var in = blobs.get(id, from, count).orElseThrow()) {
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, start, end));
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,1", "0,-1", "-9223372036854775808,9223372036854775807"})
  void aPartIsNotNegative(long from, long count) throws Exception {
    var id = put(random(10)).id();
    assertThatThrownBy(() -> blobs.get(id, from, count))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> blobs.put(stream(random(1)), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theContentsOfABatchBecomeVisibleTogether() throws Exception {
    var added = new ArrayList<Blob>();
    try (var batch = blobs.batch()) {
      for (int size = 0; size < 40; size++) {
        added.add(batch.add(stream(random(size * 5_000)), LIMIT));
      }
      assertThatThrownBy(() -> batch.add(stream(random(101)), 100)).isInstanceOf(Problem.class);
      var broken =
          then(
              70_000,
              () -> {
                throw new IOException("reset");
              });
      assertThatThrownBy(() -> batch.add(broken, LIMIT)).hasMessage("reset");
      assertThat(all(blobs)).isEmpty();
      batch.complete();
    }
    try (var other = open()) {
      assertThat(all(other)).containsExactlyInAnyOrderElementsOf(added);
      for (int size = 0; size < 40; size++) {
        assertThat(read(other, added.get(size).id())).isEqualTo(random(size * 5_000));
      }
    }
  }

  @Test
  void aBatchThatIsNotCompletedLeavesNothing() throws Exception {
    try (var batch = blobs.batch()) {
      for (int n = 0; n < Blobs.Batch.MOST; n++) {
        batch.add(stream(random(n)), LIMIT);
      }
      assertThatThrownBy(() -> batch.add(stream(random(1)), LIMIT))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> batch.add(stream(random(1)), -1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    try (var empty = blobs.batch()) {
      empty.complete();
    }
    assertThat(all(blobs)).isEmpty();
  }

  @Test
  void whatIsNotThereIsNeitherReadNorDeleted() throws Exception {
    var blob = put(random(10));
    assertThat(blobs.get(UNKNOWN)).isEmpty();
    assertThat(blobs.get(UNKNOWN, 0, 1)).isEmpty();
    blobs.delete(UNKNOWN);
    blobs.delete(blob.id());
    blobs.delete(blob.id());
    assertThat(all(blobs)).isEmpty();
  }

  @Test
  void aContentMayBeReadToItsEndAfterItWasDeleted() throws Exception {
    var blob = put(random(500_000));
    try (InputStream in = blobs.get(blob.id()).orElseThrow()) {
      assertThat(in.readNBytes(10)).hasSize(10);
      blobs.delete(blob.id());
      assertThat(in.readAllBytes()).hasSize(499_990);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 300_000})
  void aContentIsAFileThatEverybodyMayReadAndNobodyMayChange(int size) throws Exception {
    var blob = put(random(size));
    for (int n = 0; n < 2; n++) {
      try (var held = blobs.file(blob.id()).orElseThrow();
          var same = blobs.file(blob.id()).orElseThrow()) {
        assertThat(held.path()).hasBinaryContent(random(size));
        assertThat(same.path()).hasBinaryContent(random(size));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(held.path())))
            .isEqualTo("r--r--r--");
      }
    }
  }

  @Test
  void aLinkOfAContentStaysWhenTheContentIsDeleted() throws Exception {
    var blob = put(random(1_000));
    Path link;
    try (var held = blobs.file(blob.id()).orElseThrow()) {
      link = Files.createLink(held.path().resolveSibling("link"), held.path());
      blobs.delete(blob.id());
    }
    assertThat(link).hasBinaryContent(random(1_000));
    Files.delete(link);
    assertThat(blobs.file(blob.id())).isEmpty();
    assertThat(blobs.file(UNKNOWN)).isEmpty();
  }

  @Test
  void contentsAreListedByTheTimeWhenTheyWereStored() throws Exception {
    var stored = new ArrayList<Blob>();
    for (int size = 0; size < 600; size++) {
      stored.add(put(random(size)));
    }
    assertThat(all(blobs)).containsExactlyInAnyOrderElementsOf(stored);
    blobs.storedBefore(Instant.EPOCH, blob -> stored.remove(blob));
    assertThat(stored).hasSize(600);
  }

  @Test
  void contentsMayComeAndGoWhileTheyAreListed() throws Exception {
    var stays = put(random(1));
    try (var scope = new Scope()) {
      var work =
          scope.fork(
              () -> {
                for (int size = 0; size < 300; size++) {
                  blobs.delete(put(random(size)).id());
                }
                return true;
              });
      do {
        assertThat(all(blobs)).contains(stays);
      } while (!work.isDone());
      assertThat(work.join()).isTrue();
    }
  }
}
