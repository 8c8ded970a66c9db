package dev.drover.skills;

import static dev.drover.skills.ZipBytes.DIRECTORY;
import static dev.drover.skills.ZipBytes.FILE;
import static dev.drover.skills.ZipBytes.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.drover.base.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Zip archives that few programs write: some are a skill all the same, the others are refused.
final class UnusualZipTest extends SkillUploads {
  private static final int LINK = 0120777;

  // What is accepted

  static Stream<Arguments> unusual() throws IOException {
    var x = bytes("content");
    var none = new byte[0];
    var usual = demo().stored("demo/x", x);
    return Stream.of(
        arguments("without compression", usual.bytes()),
        arguments("sizes after the content", demo().streamed("demo/x", x).bytes()),
        arguments("zip64 sizes", demo().zip64("demo/x", x).bytes()),
        arguments("a zip64 directory", usual.bytes64()),
        arguments("unknown extra fields", demo().extra("demo/x", x, field(), field()).bytes()),
        arguments("data after the end", joined(usual.bytes(), bytes("\n\0 and more"))),
        arguments(
            "another name before the content", demo().stored("a/b", x).listedAs("demo/x").bytes()),
        arguments(
            "a name in an extra field",
            demo().named(new byte[] {(byte) 0xFC}, x, unicodeName("demo/x")).bytes()),
        arguments(
            "an archive after another",
            joined(demo().stored("demo/y", none).bytes(), usual.bytes())),
        arguments(
            "a directory with a content",
            demo().stored("demo/x", x).file("demo/", DIRECTORY, bytes("lost")).bytes()));
  }

  private static byte[] joined(byte[] first, byte[] second) throws IOException {
    var all = new ByteArrayOutputStream();
    all.write(first);
    all.write(second);
    return all.toByteArray();
  }

  private static byte[] field() {
    return new byte[] {0x55, 0x7F, 3, 0, 1, 2, 3};
  }

  /// For an entry with the name `ü` in Latin-1.
  private static byte[] unicodeName(String name) {
    var sum = new CRC32();
    sum.update(0xFC);
    return ByteBuffer.allocate(9 + name.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) 0x7075)
        .putShort((short) (5 + name.length()))
        .put((byte) 1)
        .putInt((int) sum.getValue())
        .put(bytes(name))
        .array();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusual")
  void anUnusualArchiveGivesTheSameSkill(String what, byte[] zip) throws IOException {
    assertThat(packed(Map.of("demo.zip", zip)))
        .as(what)
        .isEqualTo(packed(demo().file("demo/x", "content")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-rf",
        " x",
        "it's",
        "console",
        "$(id)",
        "~",
        ".hidden",
        "a%2fb",
        "-",
        "--help",
        "#x",
        "👩‍👩‍👧",
        "SKILL.md.zip"
      })
  void anOddNameThatIsSafeIsKept(String name) throws IOException {
    var zip = packed(demo().file("demo/" + name, "x"));
    assertThat(files(zip)).containsEntry("demo/" + name, "100644 x");
    var parts =
        Map.of(
            "demo/SKILL.md", bytes(manifest("demo", "Shows things.")), "demo/" + name, bytes("x"));
    assertThat(packed(parts)).isEqualTo(zip);
  }

  @Test
  void manyEntriesWithOneLargeHeaderAreReadInAMoment() {
    var zip = demo();
    var extra = new byte[60_000];
    for (int i = 0; i < 15_000; i++) { // fields without a content
      extra[4 * i] = (byte) i;
      extra[4 * i + 1] = (byte) (i >>> 8);
    }
    zip.extra("demo/0", bytes("x"), extra, new byte[0]);
    IntStream.range(1, 1_900).forEach(i -> zip.again("demo/" + i));
    var packed = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> files(packed(zip)));
    assertThat(packed).hasSize(1_901);
  }

  // What is not

  @Test
  void aLongNameAndANameThatIsNotUtf8AreRefused() {
    assertThat(refused(demo().file("demo/" + "ü".repeat(101), "x").bytes()))
        .endsWith("has a name of more than 200 bytes");
    var latin = new byte[] {'d', 'e', 'm', 'o', '/', (byte) 0xFC};
    assertThat(refused(demo().entry(latin, FILE, 8, 0x800, bytes("x"), null).bytes()))
        .startsWith("files: ");
    assertThat(refused(demo().entry(latin, FILE, 8, 0, bytes("x"), null).bytes()))
        .startsWith("files: ");
    assertThat(refused(demo().entry(new byte[0], FILE, 8, 0, bytes("x"), null).bytes()))
        .isEqualTo("files: \"\" has no name");
  }

  static Stream<Arguments> hostile() {
    var big = new byte[30 << 20];
    var none = new byte[0];
    var huge = new byte[(30 << 20) + 1];
    var pressed = new byte[2 << 20];
    var noise = new byte[2 << 20];
    new Random(7).nextBytes(noise);
    var overlapping = demo().stored("demo/0", noise);
    IntStream.range(1, 60).forEach(i -> overlapping.again("demo/" + i));
    var extra = new byte[60_000];
    for (int i = 0; i < 15_000; i++) { // fields without a content
      extra[4 * i] = (byte) i;
      extra[4 * i + 1] = (byte) (i >>> 8);
    }
    var fat = demo();
    IntStream.range(0, 5).forEach(i -> fat.extra("demo/" + i, bytes("x"), none, extra));
    var wide = demo();
    var some = Arrays.copyOf(extra, 4_000);
    IntStream.range(0, 600).forEach(i -> wide.extra("demo/" + i, bytes("x"), none, some));
    var crowded = demo();
    IntStream.range(0, 20_000).forEach(i -> crowded.again("demo/" + i));
    var utf8 = 0x800;
    return Stream.of(
        arguments(demo().file("demo/l", LINK, bytes("/etc/passwd")), "neither a file nor"),
        arguments(demo().file("demo/fifo", 0010644, new byte[0]), "neither a file nor"),
        arguments(demo().file("demo/null", 0020666, new byte[0]), "neither a file nor"),
        arguments(demo().file("demo/socket", 0140777, new byte[0]), "neither a file nor"),
        arguments(demo().file("demo/d/", LINK, bytes("/etc")), "neither a file nor"),
        arguments(demo().file("demo/d", DIRECTORY, new byte[0]), "neither a file nor"),
        arguments(demo().file("demo/x", "1").file("demo/x", "2"), "is there twice"),
        arguments(demo().file("demo/x", "1").file("demo/X", "2"), "only in upper and lower case"),
        arguments(demo().file("demo/x/1", "1").file("demo/X/2", "2"), "only in upper and lower"),
        arguments(demo().file("demo/x/1", "1").file("demo/x", "2"), "both a file and a directory"),
        arguments(demo().file("demo/x", "1").file("demo/x/1", "2"), "both a file and a directory"),
        arguments(demo().entry(bytes("demo/e"), FILE, 8, utf8 | 1, bytes("x"), null), "encrypted"),
        arguments(demo().entry(bytes("demo/e"), FILE, 99, utf8 | 1, bytes("x"), null), "encrypted"),
        arguments(demo().entry(bytes("demo/m"), FILE, 9, utf8, bytes("x"), null), "method"),
        arguments(demo().entry(bytes("demo/m"), FILE, 93, utf8, bytes("x"), null), "method"),
        arguments(demo().entry(bytes("demo/m"), FILE, 12, utf8, bytes("x"), null), "method"),
        arguments(demo().entry(bytes("demo/lie"), FILE, 8, utf8, big, 10L), "damaged"),
        arguments(demo().entry(bytes("demo/lie"), FILE, 8, utf8, bytes("x"), 10L), "damaged"),
        arguments(demo().file("demo/sum", "x").wrongSum(), "damaged"),
        arguments(demo().stored("demo/sum", bytes("x")).wrongSum(), "damaged"),
        arguments(demo().streamed("demo/sum", bytes("x")).wrongSum(), "damaged"),
        arguments(demo().file("demo/far", "x").misplaced(1 << 30), "not a valid zip"),
        arguments(demo().file("demo/far", "x").misplaced(5), "damaged"),
        arguments(demo().file("demo/x", "x").file("demo/x/", DIRECTORY, none), "both a file and"),
        arguments(demo().file("demo/ß", "1").file("demo/SS", "2"), "only in upper and lower case"),
        arguments(demo().file("demo//", DIRECTORY, none), "an empty segment"),
        arguments(demo().file("/", DIRECTORY, none), "an empty segment"),
        arguments(demo().file("demo/../../tmp/", DIRECTORY, none), "an empty segment"),
        arguments(
            demo().named(new byte[] {(byte) 0xFC}, none, unicodeName("demo/../x")), "segment"),
        arguments(demo().named(new byte[] {(byte) 0xFD}, none, unicodeName("demo/x")), "not UTF-8"),
        arguments(demo().file("demo/x", "x").listedAs("demo/../x"), "an empty segment"),
        arguments(demo().again("demo/SKILL.md"), "is there twice"),
        arguments(fat, "too many extra fields"),
        arguments(wide, "too many extra fields"),
        arguments(demo().entry(bytes("demo/big"), FILE, 0, utf8, huge, null), "larger than 30 MB"),
        arguments(demo().file("demo/pressed", FILE, pressed), "compressed by more than 200 to 1"),
        arguments(overlapping, "larger than 100 MB together"),
        arguments(crowded, "more than 2000"),
        arguments(new ZipBytes(), "must be a zip archive"),
        arguments(new ZipBytes().file("demo/README.md", "x"), "contains no SKILL.md"),
        arguments(new ZipBytes().file("demo/skill.md", "x"), "contains no SKILL.md"),
        arguments(new ZipBytes().file("SKILL.md", manifest("demo", "x")), "must be in the skill's"),
        arguments(
            new ZipBytes().file("other/SKILL.md", manifest("demo", "x")),
            "must have the name that the frontmatter of SKILL.md has: demo"),
        arguments(new ZipBytes().file("__MACOSX/x", "x"), "contain no file"));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void anArchiveThatIsNotHonestIsRefused(ZipBytes zip, String why) {
    assertThat(refused(zip.bytes())).startsWith("files: ").contains(why).hasSizeLessThan(300);
  }

  @Test
  void anArchiveThatIsCutOrDamagedAnywhereIsRefusedOrTheSame() throws IOException {
    var whole = demo().file("demo/x", "some content, some content, some content").bytes();
    var good = packed(Map.of("demo.zip", whole));
    for (int at = 4; at < whole.length; at++) {
      var damaged = whole.clone();
      damaged[at] ^= 0x41;
      unharmed(Map.of("demo.zip", damaged), good);
      unharmed(Map.of("demo.zip", Arrays.copyOf(whole, at)), good);
    }
  }

  /// Whatever is wrong with a zip archive is the client's fault.
  private void unharmed(Map<String, byte[]> parts, byte[] good) throws IOException {
    try {
      var packed = packed(parts);
      assertThat(files(packed).keySet()).allMatch(name -> name.startsWith("demo/"));
      assertThat(packed.length).isLessThan(good.length + 1_000);
    } catch (Problem e) {
      assertThat(e.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    }
  }

  @Test
  void anArchiveThatBeginsWithSomethingElseIsRefused() throws IOException {
    var script = joined(bytes("#!/bin/sh\n"), demo().bytes());
    assertThat(refused(script)).contains("must be a zip archive");
    assertThat(refused(new byte[0])).contains("must be a zip archive");
    assertThat(refused(joined(demo().bytes(), new byte[70_000]))).contains("not a valid zip");
  }
}
