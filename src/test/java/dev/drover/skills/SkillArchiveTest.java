package dev.drover.skills;

import static dev.drover.skills.ZipBytes.DIRECTORY;
import static dev.drover.skills.ZipBytes.FILE;
import static dev.drover.skills.ZipBytes.SCRIPT;
import static dev.drover.skills.ZipBytes.manifest;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.drover.base.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients upload as a skill, from well-meant to hostile.
final class SkillArchiveTest {
  private static final int LINK = 0120777;

  @TempDir Path directory;

  private static ZipBytes demo() {
    return ZipBytes.skill("demo", "Shows things.");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /// Packs parts, whose contents are given by their names, and returns the archive.
  private byte[] packed(Map<String, byte[]> parts) throws IOException {
    try (var draft = new SkillDraft(new Scratch(directory))) {
      for (var part : parts.entrySet()) {
        draft.add(part.getKey(), new ByteArrayInputStream(part.getValue()));
      }
      try (var packed = draft.pack();
          var content = packed.content()) {
        return content.readAllBytes();
      }
    }
  }

  private byte[] packed(ZipBytes zip) throws IOException {
    return packed(Map.of("any name.zip", zip.bytes()));
  }

  /// The message of the refusal.
  private String refused(Map<String, byte[]> parts) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          try {
            packed(parts);
          } catch (Problem e) {
            assertThat(e.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
            return String.valueOf(e.getMessage());
          }
          throw new AssertionError("it was accepted");
        });
  }

  private String refused(byte[] zip) {
    return refused(Map.of("demo.zip", zip));
  }

  /// The modes and contents of the files in an archive, in its order.
  private Map<String, String> files(byte[] archive) throws IOException {
    var path = Files.write(directory.resolve("read.zip"), archive);
    var files = new LinkedHashMap<String, String>();
    try (var zip = ZipFile.builder().setPath(path).get()) {
      for (var entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        var content = new String(zip.getInputStream(entry).readAllBytes(), UTF_8);
        files.put(entry.getName(), Integer.toOctalString(entry.getUnixMode()) + " " + content);
      }
    }
    Files.delete(path);
    return files;
  }

  // What is accepted

  @Test
  void aSkillIsPackedWithItsModesInTheOrderOfItsNames() throws IOException {
    var zip =
        new ZipBytes()
            .file("demo/", DIRECTORY, new byte[0])
            .stored("demo/z.bin", bytes("stored"))
            .file("demo/scripts/run.sh", SCRIPT, bytes("#!/bin/sh\n"))
            .file("demo/scripts/own.sh", 0100700, bytes("x"))
            .file("demo/SKILL.md", manifest("demo", "Shows things."))
            .file("demo/ünï 🐎.md", "names")
            .file("demo/empty", "")
            .file("demo/no-type", 0640, bytes("as Python writes it"))
            .file("demo/private", 0100600, bytes("p"))
            .file("__MACOSX/demo/._SKILL.md", "clutter")
            .file("demo/.DS_Store", "clutter");
    var packed = packed(zip);
    assertThat(files(packed))
        .containsExactly(
            Map.entry("demo/SKILL.md", "100644 " + manifest("demo", "Shows things.")),
            Map.entry("demo/empty", "100644 "),
            Map.entry("demo/no-type", "100644 as Python writes it"),
            Map.entry("demo/private", "100644 p"),
            Map.entry("demo/scripts/own.sh", "100755 x"),
            Map.entry("demo/scripts/run.sh", "100755 #!/bin/sh\n"),
            Map.entry("demo/z.bin", "100644 stored"),
            Map.entry("demo/ünï 🐎.md", "100644 names"));
    assertThat(Arrays.copyOf(packed, 4)).isEqualTo(new byte[] {'P', 'K', 3, 4});
  }

  @Test
  void partsWithPathsGiveTheSameArchiveAsAZipInEveryTimeZone() throws IOException {
    var zip = demo().file("demo/run", SCRIPT, bytes("#!/usr/bin/env python3\n"));
    var parts = new LinkedHashMap<String, byte[]>();
    parts.put("demo/run", bytes("#!/usr/bin/env python3\n"));
    parts.put("demo/SKILL.md", bytes(manifest("demo", "Shows things.")));
    var expected = packed(zip);
    assertThat(packed(parts)).isEqualTo(expected);
    assertThat(packed(Map.of("demo.zip", expected))).isEqualTo(expected);
    var zone = TimeZone.getDefault();
    try {
      for (var other : new String[] {"Pacific/Kiritimati", "America/Los_Angeles"}) {
        TimeZone.setDefault(TimeZone.getTimeZone(other));
        assertThat(packed(zip)).isEqualTo(expected);
      }
    } finally {
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void theFrontmatterNamesAndDescribesTheSkill() throws IOException {
    var manifest =
        "\uFEFF---\r\n"
            + "name: \"demo\"\r\n"
            + "license: MIT\r\n"
            + "metadata: {a: [1, 2]}\r\n"
            + "description: >-\r\n"
            + "  Reads files.\r\n"
            + "  And more: ünï.\r\n"
            + "--- \r\n"
            + "---\r\n"
            + "text";
    try (var draft = new SkillDraft(new Scratch(directory))) {
      draft.add("demo/SKILL.md", new ByteArrayInputStream(bytes(manifest)));
      try (var packed = draft.pack()) {
        assertThat(packed.name()).isEqualTo("demo");
        assertThat(packed.description()).isEqualTo("Reads files. And more: ünï.");
      }
    }
  }

  @Test
  void theLargestSkillIsAccepted() throws IOException {
    var zip = demo();
    IntStream.range(0, 1_999).forEach(i -> zip.file("demo/" + i, "x"));
    assertThat(files(packed(zip))).hasSize(2_000);
    assertThat(refused(zip.file("demo/one too many", "x").bytes()))
        .isEqualTo("files: are more than 2000");
  }

  @Test
  void nothingIsLeftInTheDirectory() throws IOException {
    packed(demo());
    refused(demo().file("demo/../x", "x").bytes());
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  // What is not

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo/../x",
        "../x",
        "demo/./x",
        "/demo/x",
        "//x",
        "demo//x",
        "demo/a\\b",
        "demo/nul\0",
        "demo/new\nline",
        "demo/esc\u001B[31m",
        "demo/c1\u0085",
        "demo/u\u0308", // not NFC
        "other/x",
        "x",
        "demo/SKILL.md",
        "demo/Skill.md",
        "demo/SKILL.md/x",
        "DEMO/x",
        "demo/ſkill.md", // folds to an s
        "demo/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p",
      })
  void aNameThatIsNotSafeIsRefused(String name) {
    var zip = demo().file(name, "x").bytes();
    assertThat(refused(zip)).startsWith("files: ").doesNotContain("\n", "\0", "\u001B");
    if (name.indexOf('/') >= 0 && !name.equals("demo/SKILL.md")) {
      var parts = new LinkedHashMap<String, byte[]>();
      parts.put("demo/SKILL.md", bytes(manifest("demo", "Shows things.")));
      parts.put(name, bytes("x"));
      assertThat(refused(parts)).isEqualTo(refused(zip));
    }
  }

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
    var huge = new byte[(30 << 20) + 1];
    var pressed = new byte[2 << 20];
    var noise = new byte[2 << 20];
    new Random(7).nextBytes(noise);
    var overlapping = demo().stored("demo/0", noise);
    IntStream.range(1, 60).forEach(i -> overlapping.again("demo/" + i));
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
        arguments(demo().entry(bytes("demo/m"), FILE, 12, utf8, bytes("x"), null), "method"),
        arguments(demo().entry(bytes("demo/lie"), FILE, 8, utf8, big, 10L), "damaged"),
        arguments(demo().entry(bytes("demo/lie"), FILE, 8, utf8, bytes("x"), 10L), "damaged"),
        arguments(demo().file("demo/sum", "x").wrongSum(), "damaged"),
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

  static Stream<Arguments> frontmatters() {
    var many = "---\nname: demo\ndescription: x\n" + "a: &a [1]\n";
    return Stream.of(
        arguments("", "must begin with a line ---"),
        arguments("# Demo\n", "must begin with a line ---"),
        arguments("----\nname: demo\n---\n", "must begin with a line ---"),
        arguments("---\nname: demo\ndescription: x\n", "has no line --- that ends it"),
        arguments("---\n" + "# c\n".repeat(20_000) + "---\n", "within 64 KiB"),
        arguments("---\n---\n", "must have the keys"),
        arguments("---\n- name\n---\n", "must have the keys"),
        arguments("---\nname: demo\n---\n", "description is missing"),
        arguments("---\ndescription: x\n---\n", "name is missing"),
        arguments("---\nname: 1\ndescription: x\n---\n", "name must be a string"),
        arguments("---\nname: [demo]\ndescription: x\n---\n", "name must be a string"),
        arguments("---\nname: Demo\ndescription: x\n---\n", "name must have 1 to 64"),
        arguments("---\nname: ''\ndescription: x\n---\n", "name must have 1 to 64"),
        arguments("---\nname: " + "a".repeat(65) + "\ndescription: x\n---\n", "name must have"),
        arguments("---\nname: demo\ndescription: ' '\n---\n", "description must have 1 to 1024"),
        arguments(
            "---\nname: demo\ndescription: " + "x".repeat(1025) + "\n---\n", "must have 1 to 1024"),
        arguments("---\nname: demo\ndescription: a <b>\n---\n", "must not contain < or >"),
        arguments("---\nname: demo\ndescription: \"a\\e[31m\"\n---\n", "control characters"),
        arguments("---\nname: demo\nname: demo\ndescription: x\n---\n", "duplicate key"),
        arguments("---\nname: demo\ndescription: a: b\n---\n", "line 3"),
        arguments("---\nname: demo\ndescription: *nowhere\n---\n", "undefined alias"),
        arguments("---\nname: demo\nx: !!binary aGk=\ndescription: x\n---\n", "no form"),
        arguments(many + bomb() + "---\n", "not valid YAML"),
        arguments(
            "---\nname: demo\nx: " + "[".repeat(5_000) + "\n---\n",
            "line 3, column 104: nested deeper than 100"),
        arguments("---\nname: \"\\uD800\"\ndescription: x\n---\n", "name must have"));
  }

  /// Nine aliases of nine aliases of …
  private static String bomb() {
    var yaml = new StringBuilder();
    for (char c = 'b'; c < 'k'; c++) {
      var one = "*" + (char) (c - 1);
      yaml.append("%c: &%c [%s]\n".formatted(c, c, String.join(",", Collections.nCopies(9, one))));
    }
    return yaml.toString();
  }

  @ParameterizedTest
  @MethodSource("frontmatters")
  void aFrontmatterThatIsNotAsItMustBeIsRefused(String manifest, String why) {
    assertThat(refused(Map.of("demo/SKILL.md", bytes(manifest))))
        .startsWith("files: the frontmatter of SKILL.md: ")
        .contains(why)
        .hasSizeLessThan(300);
  }

  @Test
  void aManifestThatIsNotUtf8IsRefused() {
    var text = manifest("demo", "x~");
    var manifest = bytes(text);
    manifest[text.indexOf('~')] = (byte) 0xFC;
    assertThat(refused(Map.of("demo/SKILL.md", manifest))).endsWith("is not UTF-8");
  }

  @Test
  void partsThatAreNoSkillAreRefused() {
    assertThat(refused(Map.of())).isEqualTo("files: missing");
    assertThat(refused(Map.of("demo.zip", bytes("not a zip"))))
        .startsWith("files: \"demo.zip\" must be a zip archive, or");
    assertThat(refused(Map.of("SKILL.md", bytes(manifest("demo", "x")))))
        .startsWith("files: \"SKILL.md\" must be a zip archive, or");
    assertThat(refused(Map.of("demo/.DS_Store", bytes("x")))).isEqualTo("files: contain no file");
    var two = Map.of("a.zip", demo().bytes(), "b.zip", demo().bytes());
    assertThat(refused(two)).contains("must be a zip archive, or");
  }

  @Test
  void aFailureOfTheClientIsNotHidden() throws IOException {
    var broken =
        new InputStream() {
          @Override
          public int read() {
            throw new UncheckedIOException(new IOException("the client left"));
          }
        };
    try (var draft = new SkillDraft(new Scratch(directory))) {
      assertThatThrownBy(() -> draft.add("demo/x", broken)).hasMessageContaining("the client left");
    }
  }
}
