package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.all;
import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.read;
import static dev.drover.store.blobs.Contents.stream;
import static dev.drover.store.blobs.Contents.then;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Problem;
import dev.drover.catalog.Blobs;
import dev.drover.testing.SmallDisk;
import dev.drover.testing.Tmpfs;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Contents on a disk that is full.
@Tag("sandbox")
final class FullBlobsTest {
  private static void assertFull(Blobs blobs, InputStream in) {
    assertThatThrownBy(() -> blobs.put(in, 1 << 30))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
              assertThat(problem)
                  .hasMessage("The server's disk is full.")
                  .hasCauseInstanceOf(IOException.class);
            });
  }

  private static void assertNothingIsLeft(Path directory) {
    assertThat(directory.resolve("incoming").toFile().list())
        .allMatch(name -> name.endsWith(".lock"));
  }

  @Test
  void aContentThatDoesNotFitLeavesNothing() throws Exception {
    try (var disk = SmallDisk.mount(16)) {
      var directory = disk.directory().resolve("blobs");
      try (var blobs = DirectoryBlobsTest.open(directory)) {
        var kept = blobs.put(stream(random(1_000_000)), 1_000_000);
        long free = disk.free();
        for (int n = 0; n < 3; n++) {
          assertFull(blobs, new Contents.Endless());
          assertNothingIsLeft(directory);
        }
        assertThat(disk.free()).isCloseTo(free, Offset.offset(1L << 18));
        assertThat(all(blobs)).containsExactly(kept);
        assertThat(read(blobs, kept.id())).isEqualTo(random(1_000_000));
        assertThat(blobs.put(stream(random(2_000_000)), 2_000_000).size()).isEqualTo(2_000_000);
      }
    }
  }

  @Test
  void aDiskThatOthersFillIsUsedAgainWhenThereIsRoom() throws Exception {
    try (var disk = Tmpfs.mount(4)) {
      var directory = disk.directory().resolve("blobs");
      try (var blobs = DirectoryBlobsTest.open(directory)) {
        var kept = blobs.put(stream(random(500_000)), 500_000);
        assertFull(
            blobs, new SequenceInputStream(then(100_000, disk::fill), stream(random(1_000_000))));
        disk.fill(); // also what the draft had
        assertFull(blobs, stream(random(1)));
        assertNothingIsLeft(directory);
        assertThat(read(blobs, kept.id())).isEqualTo(random(500_000));
        blobs.delete(kept.id());
        assertThat(blobs.put(stream(random(400_000)), 400_000).size()).isEqualTo(400_000);
        disk.free();
        assertThat(blobs.put(stream(random(2_000_000)), 2_000_000).size()).isEqualTo(2_000_000);
        assertThat(all(blobs)).hasSize(2);
      }
    }
  }
}
