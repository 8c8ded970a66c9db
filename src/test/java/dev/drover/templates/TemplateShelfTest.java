package dev.drover.templates;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Pause;
import dev.drover.catalog.Packages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateShelfTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;
  private TemplateShelf shelf;

  @BeforeEach
  void open() {
    shelf = new TemplateShelf(directory.resolve("templates"), Pause.REAL);
  }

  private static String key(int n) {
    return "%040d".formatted(n);
  }

  /// A template of 100 bytes, which a hand has used.
  private Path make(int n) throws Exception {
    try (var _ = shelf.lock(key(n), Duration.ZERO).orElseThrow()) {
      var draft = shelf.draft(key(n));
      var tree = Files.createDirectory(draft.resolve("tree"));
      Files.write(tree.resolve("file"), new byte[100]);
      shelf.keep(key(n), draft, TemplateTree.manifest(tree), Packages.NONE);
      var hand = Files.createDirectory(directory.resolve("hand" + n));
      shelf.use(key(n), hand, START.plusSeconds(n));
      return hand;
    }
  }

  @Test
  void theOldestUnusedOnesAreRemoved() throws Exception {
    for (int n = 1; n <= 4; n++) {
      var hand = make(n);
      if (n != 1) {
        Files.delete(hand);
      }
    }
    shelf.shrink(200, key(4));
    assertThat(shelf.has(key(1))).as("a hand shows it").isTrue();
    assertThat(shelf.has(key(2))).isFalse();
    assertThat(shelf.has(key(3))).isFalse();
    assertThat(shelf.has(key(4))).isTrue();
    shelf.shrink(50, key(4));
    assertThat(shelf.has(key(4))).as("it was just made").isTrue();
    Files.delete(directory.resolve("hand1"));
    shelf.shrink(50, key(4));
    assertThat(shelf.has(key(1))).isFalse();
  }

  @Test
  void oneThatIsLockedIsNotRemoved() throws Exception {
    Files.delete(make(1));
    try (var _ = shelf.lock(key(1), Duration.ZERO).orElseThrow()) {
      shelf.shrink(0, "");
      assertThat(shelf.has(key(1))).isTrue();
    }
    shelf.shrink(0, "");
    assertThat(shelf.has(key(1))).isFalse();
  }

  @Test
  void everyChangeOfAFileIsFound() throws Exception {
    make(1);
    var file = directory.resolve("templates").resolve(key(1)).resolve("tree/file");
    assertThat(shelf.isWhole(key(1))).isTrue();
    Files.write(file, new byte[] {1});
    assertThat(shelf.isWhole(key(1))).isFalse();
    Files.write(file, new byte[100]);
    assertThat(shelf.isWhole(key(1))).isTrue();
    assertThat(file.toFile().setExecutable(true, true)).isTrue();
    assertThat(shelf.isWhole(key(1))).isFalse();
    Files.delete(file);
    assertThat(shelf.isWhole(key(1))).isFalse();
  }

  @Test
  void aFailureIsKnownForAWhileAndForgottenWithASuccess() throws Exception {
    Files.createDirectories(directory.resolve("templates"));
    assertThat(shelf.failure(key(1), START)).isEmpty();
    shelf.failed(key(1), "why", START);
    assertThat(shelf.failure(key(1), START.minusSeconds(1))).hasValue("why");
    assertThat(shelf.failure(key(1), START)).isEmpty();
    make(1);
    assertThat(shelf.failure(key(1), START.minusSeconds(1))).isEmpty();
    Files.writeString(directory.resolve("templates").resolve(key(2) + ".failed"), "{");
    assertThat(shelf.failure(key(2), START)).isEmpty();
  }
}
