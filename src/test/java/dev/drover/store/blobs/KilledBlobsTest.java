package dev.drover.store.blobs;

import static dev.drover.store.blobs.Contents.all;
import static dev.drover.store.blobs.Contents.random;
import static dev.drover.store.blobs.Contents.read;
import static dev.drover.store.blobs.Contents.then;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.catalog.Blob;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.Blobs;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that stores contents is killed in the midst of several.
@Tag("sandbox")
final class KilledBlobsTest {
  private static final int STORED = 300;

  @TempDir(factory = InMemory.class)
  Path temporary;

  @Test
  void contentsThatWereStoredSurviveAndHalfOnesDoNot() throws Exception {
    var directory = temporary.resolve("blobs");
    var deleted = new HashSet<BlobId>();
    var kept = new HashSet<BlobId>();
    for (int round = 0; round < 3; round++) {
      try (var blobs = DirectoryBlobsTest.open(directory)) {
        // Written while the other process starts, writes and dies: neither removes what is not its.
        var mine =
            blobs.put(then(100_000, () -> killAWriter(blobs, directory, kept, deleted)), 1 << 20);
        assertThat(read(blobs, mine.id())).isEqualTo(random(100_000));
        kept.add(mine.id());
      }
      try (var blobs = DirectoryBlobsTest.open(directory)) {
        check(blobs, kept, deleted);
      }
      assertThat(directory.resolve("incoming").toFile().list()).containsExactly(".lock");
    }
  }

  private static void check(Blobs blobs, Set<BlobId> kept, Set<BlobId> deleted) throws Exception {
    var found = new HashSet<BlobId>();
    for (var blob : all(blobs)) {
      found.add(blob.id());
      assertThat(read(blobs, blob.id())).as("is whole").hasSize((int) blob.size());
    }
    assertThat(found).containsAll(kept);
    found.removeAll(kept);
    found.removeAll(deleted);
    assertThat(found.size()).as("stored, and not yet printed").isLessThanOrEqualTo(4 * 3);
  }

  private static void killAWriter(
      Blobs blobs, Path directory, Set<BlobId> kept, Set<BlobId> deleted) throws Exception {
    for (var line : linesUntilKilled(blobs, directory)) {
      var words = line.split(" ", -1);
      var id = new BlobId(words[words.length - 2]);
      if (words.length == 3) {
        kept.remove(id);
        deleted.add(id);
      } else {
        kept.add(id);
      }
    }
  }

  private static List<String> linesUntilKilled(Blobs blobs, Path directory) throws Exception {
    var process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                BlobWriter.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var lines = new ArrayList<String>();
    try (var out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = out.readLine(); line != null; line = out.readLine()) {
        if (line.endsWith(" .")) {
          lines.add(line);
        }
        if (lines.size() == STORED / 2) {
          DirectoryBlobsTest.open(directory).close(); // removes nothing of a process that lives
        }
        if (lines.size() == STORED) {
          process.toHandle().destroyForcibly(); // leaves us what it printed
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(lines).hasSizeGreaterThanOrEqualTo(STORED);
    assertThat(all(blobs)).extracting(Blob::size).allMatch(size -> size < 300_000);
    return lines;
  }
}
