package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.all;
import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.read;
import static dev.drover.store.blobs.Contents.stream;
import static dev.drover.store.blobs.Contents.then;
import static dev.drover.store.blobs.Contents.together;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Ids;
import dev.drover.base.Pause;
import dev.drover.base.Problem;
import dev.drover.catalog.Blob;
import dev.drover.catalog.Blobs;
import dev.drover.store.StoreUnusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Contents in a directory: every state in which a crash may leave it, links, and modes.
final class DirectoryBlobsTest extends BlobsContract {
  private static final Ids IDS = new Ids(new SecureRandom());

  @TempDir(factory = InMemory.class)
  Path temporary;

  private Path directory() {
    return temporary.resolve("blobs");
  }

  static DirectoryBlobs open(Path directory) throws StoreUnusable, InterruptedException {
    return open(directory, 0);
  }

  private static DirectoryBlobs open(Path directory, long floor)
      throws StoreUnusable, InterruptedException {
    return DirectoryBlobs.open(new BlobPlace(directory, OptionalLong.of(floor)), IDS, Pause.REAL);
  }

  @Override
  protected Blobs open() throws Exception {
    return open(directory());
  }

  @Override
  protected boolean isTidy() throws IOException {
    return drafts(directory()).isEmpty();
  }

  private static List<String> drafts(Path directory) throws IOException {
    try (var files = Files.list(directory.resolve("incoming"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".lock"))
          .toList();
    }
  }

  private Path file(Blob blob) {
    return directory().resolve(blob.id().value().substring(0, 2)).resolve(blob.id().value());
  }

  /// As the disk is at this moment.
  private Path copy(String name) throws IOException {
    var copy = temporary.resolve(name);
    try (var files = Files.walk(directory())) {
      for (var file : files.toList()) {
        Files.copy(file, copy.resolve(directory().relativize(file)));
      }
    }
    return copy;
  }

  @Test
  void aBatchThatIsInterruptedIsStoredAsAWholeOrLeavesNothing() throws Exception {
    int stored = 0;
    try (var batch = blobs.batch()) {
      batch.add(stream(random(10)), 100);
      batch.add(stream(random(20)), 100);
      Thread.currentThread().interrupt();
      batch.complete();
      stored = 2;
      assertThat(Thread.interrupted()).isTrue();
    } catch (InterruptedException _) {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
    assertThat(all(blobs)).hasSize(stored);
  }

  @Test
  void oneOfManyDatabasesGetsTheDirectory() throws Exception {
    var number = new AtomicInteger();
    var owners = together(16, () -> blobs.claim("d" + number.incrementAndGet()));
    assertThat(Set.copyOf(owners)).hasSize(1);
    assertThat(directory().resolve(DirectoryBlobs.MARK)).hasContent(owners.getFirst());
  }

  @Test
  void nothingIsStoredWhenTheDiskIsNearlyFull() throws Exception {
    var kept = blobs.put(stream(random(10)), 10);
    try (var nearlyFull = open(directory(), Long.MAX_VALUE)) {
      assertThatThrownBy(() -> nearlyFull.put(stream(random(10)), 10))
          .isInstanceOfSatisfying(
              Problem.class,
              problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE))
          .hasMessage("The server's disk is nearly full.");
      assertThat(read(nearlyFull, kept.id())).isEqualTo(random(10));
      nearlyFull.delete(kept.id());
    }
    assertThat(all(blobs)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 100_000})
  void aCrashWhileAContentIsWrittenLeavesNothingAfterTheNextStart(int written) throws Exception {
    var before = blobs.put(stream(random(10)), 10);
    var crashed = new Path[1];
    var blob = blobs.put(then(written, () -> crashed[0] = copy("crashed")), 1 << 20);
    assertThat(drafts(crashed[0])).hasSize(1);
    try (var restarted = open(crashed[0])) {
      assertThat(drafts(crashed[0])).isEmpty();
      assertThat(all(restarted)).containsExactly(before);
      assertThat(restarted.get(blob.id())).isEmpty();
    }
    try (var restarted = open(copy("moved"))) {
      assertThat(all(restarted)).containsExactlyInAnyOrder(before, blob);
      assertThat(read(restarted, blob.id())).hasSize(written);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "dead.lock dead.1 dead.2",
    "dead.1 dead.2 dead.3",
    "dead.lock",
    "a.lock a.1 b.lock b.1 b.2 c.lock",
    "stray",
    "dead.1.2.3"
  })
  void whatProcessesThatDiedLeftIsRemovedAtTheStart(String names) throws Exception {
    var incoming = directory().resolve("incoming");
    for (var name : names.split(" ", -1)) {
      Files.writeString(incoming.resolve(name), "half a cont");
    }
    try (var _ = open()) {
      for (var name : names.split(" ", -1)) {
        assertThat(incoming.resolve(name)).doesNotExist();
      }
    }
  }

  @Test
  void aStartLeavesAloneWhatALivingProcessWrites() throws Exception {
    var blob =
        blobs.put(
            then(
                100_000,
                () -> {
                  try (var second = open();
                      var third = open()) {
                    assertThat(drafts(directory())).hasSize(1);
                    assertThat(all(second)).isEqualTo(all(third));
                  }
                }),
            1 << 20);
    assertThat(read(blobs, blob.id())).isEqualTo(random(100_000));
  }

  @Test
  void processesMayStartAndEndWhileOthersWrite() throws Exception {
    var written =
        together(
            6,
            () -> {
              var last = blobs.put(stream(random(0)), 0);
              for (int n = 1; n < 8; n++) {
                try (var another = open()) {
                  blobs.delete(last.id());
                  last = another.put(stream(random(n * 10_000)), 1 << 20);
                }
              }
              return last;
            });
    assertThat(all(blobs)).containsExactlyInAnyOrderElementsOf(written);
    assertThat(directory().resolve("incoming").toFile().list()).hasSize(2); // two locks
  }

  @ParameterizedTest
  @CsvSource({
    "1, flip",
    "100, flip",
    "100, first",
    "200000, flip",
    "200000, cut",
    "1, cut",
    "200000, empty",
    "0, grow",
    "100, grow",
    "200000, grow"
  })
  void aContentThatHasChangedOnTheDiskFailsBeforeItsLastByte(int size, String how)
      throws Exception {
    var blob = blobs.put(stream(random(size)), size);
    var bytes = Files.readAllBytes(file(blob));
    switch (how) {
      case "flip" -> bytes[size - 1] ^= 1;
      case "first" -> bytes[0] ^= (byte) 128;
      case "cut" -> bytes = Arrays.copyOf(bytes, size - 1);
      case "empty" -> bytes = new byte[0];
      default -> bytes = Arrays.copyOf(bytes, size + 1);
    }
    damage(blob, bytes);
    assertUnavailable(() -> blobs.file(blob.id()));
    int most = bytes.length;
    try (var in = blobs.get(blob.id()).orElseThrow()) {
      assertThatThrownBy(
              () -> {
                for (int n = 0; in.read() >= 0; ) {
                  assertThat(++n).isLessThan(most);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("the stored content " + blob.id() + " has changed");
    }
    try (var part = blobs.get(blob.id(), 0, most).orElseThrow()) {
      assertThat(part.readAllBytes()).isEqualTo(bytes);
    }
  }

  private void damage(Blob blob, byte[] bytes) throws IOException {
    Files.setPosixFilePermissions(file(blob), PosixFilePermissions.fromString("rw-------"));
    Files.write(file(blob), bytes, StandardOpenOption.TRUNCATE_EXISTING);
  }

  @Test
  void aContentThatIsCutWhileItIsReadFails() throws Exception {
    var blob = blobs.put(stream(random(200_000)), 200_000);
    for (var in :
        List.of(
            blobs.get(blob.id()).orElseThrow(), blobs.get(blob.id(), 10, 199_990).orElseThrow())) {
      try (in) {
        assertThat(in.read()).isNotNegative();
        damage(blob, random(100));
        assertThatThrownBy(in::readAllBytes).hasMessageEndingWith(" is too short");
        damage(blob, random(200_000));
      }
    }
  }

  @Test
  void everythingIsInDirectoriesOfItsOwnerAlone() throws Exception {
    var blob = blobs.put(stream(random(10)), 10);
    blobs.put(
        then(
            10,
            () -> {
              try (var files = Files.walk(directory())) {
                assertThat(files.filter(file -> !file.equals(file(blob))))
                    .hasSizeGreaterThan(258)
                    .allSatisfy(
                        file ->
                            assertThat(mode(file))
                                .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
              }
            }),
        10);
    assertThat(mode(file(blob))).isEqualTo("r--r--r--");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aLinkInPlaceOfADirectoryIsNotFollowed() throws Exception {
    var blob = blobs.put(stream(random(10)), 10);
    var shard = file(blob).getParent();
    var elsewhere = temporary.resolve("elsewhere");
    Files.move(shard, elsewhere);
    Files.createSymbolicLink(shard, elsewhere);
    assertUnavailable(() -> blobs.get(blob.id()));
    assertUnavailable(() -> blobs.get(blob.id(), 0, 1));
    assertUnavailable(() -> blobs.file(blob.id()));
    assertUnavailable(() -> blobs.delete(blob.id()));
    assertUnavailable(() -> blobs.put(stream(random(10)), 10));
    assertUnavailable(() -> all(blobs));
    assertThatThrownBy(this::open).isInstanceOf(StoreUnusable.class);
    assertThat(elsewhere.toFile().list()).containsExactly(blob.id().value());
  }

  @Test
  void aLinkInPlaceOfAContentIsNotFollowed() throws Exception {
    var blob = blobs.put(stream(random(10)), 10);
    var secret = Files.writeString(temporary.resolve("secret"), "s");
    Files.delete(file(blob));
    Files.createSymbolicLink(file(blob), secret);
    assertUnavailable(() -> blobs.get(blob.id()));
    assertUnavailable(() -> blobs.get(blob.id(), 0, 1));
    assertUnavailable(() -> blobs.file(blob.id()));
    blobs.delete(blob.id());
    assertThat(secret).hasContent("s");
    assertThat(Files.exists(file(blob), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "incoming", "00", "ff"})
  void aDirectoryThatIsALinkOrAFileIsRefusedAtTheStart(String name) throws Exception {
    var elsewhere = Files.createDirectories(temporary.resolve("elsewhere"));
    for (boolean link : new boolean[] {true, false}) {
      var root = temporary.resolve("other-" + link);
      var place = name.isEmpty() ? root : Files.createDirectories(root).resolve(name);
      if (link) {
        Files.createSymbolicLink(place, elsewhere);
      } else {
        Files.createFile(place);
      }
      assertThatThrownBy(() -> open(root))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageStartingWith("Cannot use " + root + " (")
          .hasMessageEndingWith("Drover stores large contents there.");
    }
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void theDirectoryAboveMayBeALinkButMustExist() throws Exception {
    var link = Files.createSymbolicLink(temporary.resolve("data"), temporary);
    try (var same = open(link.resolve("blobs"))) {
      var blob = same.put(stream(random(10)), 10);
      assertThat(all(blobs)).containsExactly(blob);
    }
    assertThatThrownBy(() -> open(temporary.resolve("none/blobs")))
        .isInstanceOf(StoreUnusable.class);
  }

  @Test
  void aLinkAmongTheLeftoversIsRemovedAndNotFollowed() throws Exception {
    var secret = Files.writeString(temporary.resolve("secret"), "s");
    Files.createSymbolicLink(directory().resolve("incoming/dead.1"), secret);
    try (var _ = open()) {
      assertThat(drafts(directory())).isEmpty();
    }
    assertThat(secret).hasContent("s");
  }

  @Test
  void otherFilesAmongTheContentsAreNotListed() throws Exception {
    var blob = blobs.put(stream(random(10)), 10);
    Files.writeString(file(blob).resolveSibling("README"), "not ours", UTF_8);
    Files.writeString(file(blob).resolveSibling(blob.id() + ".bak"), "not ours", UTF_8);
    assertThat(all(blobs)).containsExactly(blob);
  }

  private static void assertUnavailable(Contents.Act act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
              assertThat(problem.getMessage()).doesNotContain("/");
            });
  }
}
