package dev.drover.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.base.Ids;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the cache of clones keeps of the responses of git servers, and for how long.
final class CloneCacheTest {
  private static final String BEGIN = "000dpackfile\n";
  private static final String END = "0000";
  private static final String PACK = "\1";
  private static final String MESSAGE = "\2";
  private static final String ERROR = "\3";
  private static final long MUCH = 1 << 20;

  @TempDir private Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private CloneCache cache(long most) {
    return new CloneCache(directory.resolve("clones"), most, Ids.secure(), () -> now);
  }

  private static String packet(String text) {
    return "%04x%s".formatted(text.length() + 4, text);
  }

  private static String response(String pack) {
    return BEGIN + packet(PACK + pack) + END;
  }

  /// Records a response that arrives in pieces. Returns whether it was kept.
  private static boolean keeps(CloneCache cache, String key, String response, int piece) {
    var bytes = response.getBytes(ISO_8859_1);
    try (var recording = Objects.requireNonNull(cache.recording(key))) {
      for (int at = 0; at < bytes.length; at += piece) {
        recording.accept(ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at)));
      }
      recording.keep();
    }
    return cache.has(key);
  }

  private static boolean keeps(CloneCache cache, String key, String response) {
    return keeps(cache, key, response, 1000);
  }

  /// The response that another clone gets.
  private static String replayed(CloneCache cache, String key) throws IOException {
    try (var pack = cache.open(key).orElseThrow()) {
      return replayed(pack);
    }
  }

  private static String replayed(CachedPack pack) throws IOException {
    var all = new ByteArrayOutputStream();
    pack.writeTo(
        bytes -> {
          var some = new byte[bytes.remaining()];
          bytes.get(some);
          all.writeBytes(some);
        });
    return all.toString(ISO_8859_1);
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(directory.resolve("clones"))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
  void thePackIsKeptWithoutTheMessagesOfTheServer(int piece) throws Exception {
    var cache = cache(MUCH);
    var response =
        BEGIN
            + packet(MESSAGE + "Counting objects\r")
            + packet(PACK)
            + packet(PACK + "PACK one, ")
            + packet(MESSAGE + "you sent a token\n")
            + packet(PACK + "two")
            + END;
    assertThat(keeps(cache, "a", response, piece)).isTrue();
    assertThat(replayed(cache, "a")).isEqualTo(response("PACK one, two"));
    assertThat(files()).containsExactly("a");
  }

  @Test
  void aPackOfManyPacketsIsReadAsItWas() throws Exception {
    var bytes = new byte[200_000];
    new Random(1).nextBytes(bytes);
    var pack = new String(bytes, ISO_8859_1);
    var response = new StringBuilder(BEGIN);
    for (int at = 0; at < pack.length(); at += 1000) {
      response.append(packet(PACK + pack.substring(at, at + 1000)));
    }
    var cache = cache(MUCH);
    assertThat(keeps(cache, "a", response + END, 16_384)).isTrue();
    var parts = new ByteArrayOutputStream();
    var reader =
        new PackParts(
            part -> {
              var some = new byte[part.remaining()];
              part.get(some);
              parts.writeBytes(some);
            });
    reader.accept(ByteBuffer.wrap(replayed(cache, "a").getBytes(ISO_8859_1)));
    assertThat(reader.isEnded()).isTrue();
    assertThat(parts.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void aResponseThatIsCutOffIsNotKept() throws Exception {
    var cache = cache(MUCH);
    var whole = response("pack");
    for (int end = 0; end < whole.length(); end++) {
      assertThat(keeps(cache, "a", whole.substring(0, end))).as("%d", end).isFalse();
    }
    assertThat(files()).isEmpty();
    assertThat(keeps(cache, "a", whole)).isTrue();
  }

  @Test
  void anythingButAPackIsNotKept() throws Exception {
    var cache = cache(MUCH);
    for (var other :
        List.of(
            BEGIN + packet(PACK + "pack") + packet(ERROR + "aborting") + END,
            BEGIN + packet(PACK + "pack") + packet("\4x") + END,
            BEGIN + packet(PACK + "pack") + packet("") + END,
            BEGIN + packet(PACK + "pack") + "0001" + END,
            response("pack") + "x",
            response("pack") + response("pack"),
            packet("ERR not our ref"),
            packet("shallow-info\n") + packet("shallow x") + "0001" + response("pack"),
            packet("packfiles") + packet(PACK + "pack") + END,
            packet(PACK + "pack") + END,
            END,
            "<html>")) {
      assertThat(keeps(cache, "a", other)).as(other).isFalse();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aDamagedPackIsRemoved() throws Exception {
    var cache = cache(MUCH);
    var file = directory.resolve("clones").resolve("a");
    for (int at = 0; at < "pack".length() + 32; at++) {
      assertThat(keeps(cache, "a", response("pack"))).isTrue();
      var bytes = Files.readAllBytes(file);
      bytes[at] ^= 1;
      Files.write(file, bytes);
      assertThat(cache.open("a")).isEmpty();
      assertThat(cache.has("a")).isFalse();
    }
    for (int size : List.of(0, 1, 31, 32, 35)) {
      assertThat(keeps(cache, "a", response("pack"))).isTrue();
      var bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, size));
      assertThat(cache.open("a")).as("%d", size).isEmpty();
      assertThat(cache.has("a")).isFalse();
    }
    assertThat(cache.open("a")).isEmpty();
  }

  @Test
  void whatWasNotUsedForTheLongestTimeIsRemovedFirst() throws Exception {
    var cache = cache(400); // three packs of 90 bytes with their digests
    for (var key : List.of("a", "b", "c")) {
      assertThat(keeps(cache, key, response(key.repeat(90)))).isTrue();
      now = now.plusSeconds(1);
    }
    replayed(cache, "a");
    now = now.plusSeconds(1);
    assertThat(keeps(cache, "d", response("d".repeat(90)))).isTrue();
    assertThat(files()).containsExactly("a", "c", "d");
    now = now.plus(Duration.ofDays(15));
    assertThat(keeps(cache, "e", response("e"))).isTrue();
    assertThat(files()).containsExactly("e");
  }

  @Test
  void aPackOfMoreThanAQuarterOfTheCacheIsNotKept() throws Exception {
    var cache = cache(400);
    assertThat(keeps(cache, "a", response("a".repeat(101)))).isFalse();
    assertThat(files()).isEmpty();
    assertThat(keeps(cache, "a", response("a".repeat(100)))).isTrue();
  }

  @Test
  void aPackThatIsRemovedWhileItIsReadIsReadToItsEnd() throws Exception {
    var cache = cache(MUCH);
    keeps(cache, "a", response("pack"));
    try (var pack = cache.open("a").orElseThrow()) {
      Files.delete(directory.resolve("clones").resolve("a"));
      assertThat(replayed(pack)).isEqualTo(response("pack"));
    }
  }

  @Test
  void twoPacksAreStoredAtTheSameTime() throws Exception {
    var cache = cache(MUCH);
    try (var _ = cache.recording("a");
        var _ = cache.recording("b")) {
      assertThat(files()).hasSize(2);
      assertThat(cache.recording("c")).isNull();
    }
    assertThat(files()).isEmpty();
    assertThat(keeps(cache, "c", response("pack"))).isTrue();
  }

  @Test
  void aCacheThatCannotBeWrittenKeepsNothing() throws Exception {
    Files.writeString(directory.resolve("clones"), "a file");
    var cache = cache(MUCH);
    assertThat(cache.recording("a")).isNull();
    assertThat(cache.recording("b")).isNull();
    assertThat(cache.recording("c")).isNull();
    assertThat(cache.has("a")).isFalse();
  }
}
