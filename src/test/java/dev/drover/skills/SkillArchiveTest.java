package dev.drover.skills;

import static dev.drover.skills.ZipBytes.DIRECTORY;
import static dev.drover.skills.ZipBytes.SCRIPT;
import static dev.drover.skills.ZipBytes.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.drover.base.BlockStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients upload as a skill, from well-meant to hostile.
@Isolated("it changes the time zone of the whole process")
final class SkillArchiveTest extends SkillUploads {
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
            .file("demo/console.नि\u200Dमि", "joined")
            .file("demo/empty", "")
            .file("demo/no-type", 0640, bytes("as Python writes it"))
            .file("demo/private", 0100600, bytes("p"))
            .file("__MACOSX/demo/._SKILL.md", "clutter")
            .file("demo/.DS_Store", "clutter");
    var packed = packed(zip);
    assertThat(files(packed))
        .containsExactly(
            Map.entry("demo/SKILL.md", "100644 " + manifest("demo", "Shows things.")),
            Map.entry("demo/console.नि\u200Dमि", "100644 joined"),
            Map.entry("demo/empty", "100644 "),
            Map.entry("demo/no-type", "100644 as Python writes it"),
            Map.entry("demo/private", "100644 p"),
            Map.entry("demo/scripts/own.sh", "100755 x"),
            Map.entry("demo/scripts/run.sh", "100755 #!/bin/sh\n"),
            Map.entry("demo/z.bin", "100644 stored"),
            Map.entry("demo/ünï 🐎.md", "100644 names"));
    assertThat(Arrays.copyOf(packed, 4)).isEqualTo(new byte[] {'P', 'K', 3, 4});
  }

  /// YAML can express what UTF-8 cannot.
  @Test
  void anUnpairedSurrogateInADescriptionIsReplacedAsInJson() throws IOException {
    var manifest = bytes("---\nname: demo\ndescription: \"a\\ud800b\"\n---\n");
    try (var draft = new SkillDraft(new Scratch(directory))) {
      draft.add("demo/SKILL.md", new ByteArrayInputStream(manifest));
      try (var packed = draft.pack()) {
        assertThat(packed.description()).isEqualTo("a\uFFFDb");
      }
    }
  }

  @Test
  void emptyDirectoriesOfTheSkillAreKept() throws IOException {
    var zip =
        demo()
            .file("demo/", DIRECTORY, new byte[0])
            .file("demo/output/", DIRECTORY, new byte[0])
            .file("demo/a/", DIRECTORY, new byte[0])
            .file("demo/a/b/", DIRECTORY, new byte[0])
            .file("demo/a-b/", DIRECTORY, new byte[0])
            .file("demo/full/", DIRECTORY, new byte[0])
            .file("demo/full/file", "x")
            .file("other/", DIRECTORY, new byte[0]);
    var packed = packed(zip);
    assertThat(files(packed).keySet())
        .containsExactly(
            "demo/SKILL.md", "demo/a-b/", "demo/a/b/", "demo/full/file", "demo/output/");
    assertThat(files(packed)).containsEntry("demo/output/", "40755 ");
    assertThat(packed(Map.of("demo.zip", packed))).isEqualTo(packed);
    assertThat(refused(Map.of("demo.zip", directories(2_000).bytes())))
        .isEqualTo("files: are more than 2000");
  }

  private static ZipBytes directories(int count) {
    var zip = demo();
    for (int n = 0; n < count; n++) {
      zip.file("demo/" + n + "/", DIRECTORY, new byte[0]);
    }
    return zip;
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
  void programsAreExecutableAlsoWithoutAnArchive() throws IOException {
    var parts = new LinkedHashMap<String, byte[]>();
    parts.put("demo/SKILL.md", bytes(manifest("demo", "Shows things.")));
    parts.put("demo/elf", bytes("\177ELF..."));
    parts.put("demo/script", bytes("#!/bin/sh"));
    parts.put("demo/short", bytes("#"));
    assertThat(files(packed(parts)))
        .containsEntry("demo/elf", "100755 \177ELF...")
        .containsEntry("demo/script", "100755 #!/bin/sh")
        .containsEntry("demo/short", "100644 #");
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
        "demo/a:b",
        "demo/what?",
        "demo/*",
        "demo/'\"",
        "demo/...",
        "demo/x.",
        "demo/NUL",
        "demo/con.txt",
        "demo/x ",
        "demo/x./y",
        "demo/\u200B",
        "demo/fdp.\u202Eexe",
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
        new BlockStream() {
          @Override
          public int read(byte[] bytes, int from, int length) {
            throw new UncheckedIOException(new IOException("the client left"));
          }
        };
    try (var draft = new SkillDraft(new Scratch(directory))) {
      assertThatThrownBy(() -> draft.add("demo/x", broken)).hasMessageContaining("the client left");
    }
  }
}
