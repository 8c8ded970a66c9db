package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("sandbox")
final class TextDiffTest {
  @TempDir private Path root;
  @TempDir private Path scratch;

  private List<Change> changes(dev.drover.pax.PaxStream.Item... items)
      throws IOException, InterruptedException {
    return new ReturnedTree(Directories.sent(root), scratch, 1 << 30)
        .compare(Directories.archive(items))
        .changes();
  }

  private String patch(List<Change> changes) throws IOException {
    var patch = new StringBuilder();
    for (var change : changes) {
      TextDiff.of(change, root).lines().forEach(line -> patch.append(line).append('\n'));
    }
    return patch.toString();
  }

  @Test
  void aChangeIsShownAsGitShowsIt() throws IOException, InterruptedException {
    Directories.write(root, "calc.py", "a\nb\nc\nd\ne\nf\n");
    var changes = changes(Directories.file("calc.py", "a\nb\nc\nD\ne\nf\n", 0755));
    assertThat(TextDiff.of(changes.getFirst(), root))
        .isEqualTo(
            new TextDiff(
                List.of(
                    "diff --git a/calc.py b/calc.py",
                    "old mode 100644",
                    "new mode 100755",
                    "--- a/calc.py",
                    "+++ b/calc.py",
                    "@@ -1,6 +1,6 @@",
                    " a",
                    " b",
                    " c",
                    "-d",
                    "+D",
                    " e",
                    " f"),
                1,
                1,
                Optional.empty()));
  }

  /// From a seed, texts that differ in random lines: git makes the new text of the old one and
  /// ours.
  @Test
  void gitAppliesWhatIsPrinted() throws IOException, InterruptedException {
    var random = new Random(7);
    Directories.git(root, "init", "-q");
    var items = new java.util.ArrayList<dev.drover.pax.PaxStream.Item>();
    for (int i = 0; i < 60; i++) {
      var lines =
          IntStream.range(0, random.nextInt(60)).mapToObj(_ -> "l" + random.nextInt(9)).toList();
      Directories.write(root, "f" + i + (i % 7 == 0 ? " \"ü\t" : ""), text(lines, random));
      var changed =
          lines.stream()
              .flatMap(
                  line ->
                      switch (random.nextInt(10)) {
                        case 0 -> List.<String>of().stream();
                        case 1 -> List.of(line, "new" + random.nextInt(9)).stream();
                        case 2 -> List.of("other").stream();
                        default -> List.of(line).stream();
                      })
              .toList();
      items.add(
          Directories.file(
              "f" + i + (i % 7 == 0 ? " \"ü\t" : ""),
              text(changed, random),
              i % 5 == 0 ? 0755 : 0644));
    }
    items.add(Directories.file("new/one", "new\n"));
    items.add(Directories.link("link", "new/one"));
    items.add(Directories.file("empty", ""));
    Directories.write(root, "gone", "gone");
    Directories.write(root, "gone-empty", "");
    Directories.write(root, "file-then-link", "text\n");
    items.add(Directories.link("file-then-link", "new/one"));
    Files.createSymbolicLink(root.resolve("link-then-file"), Path.of("f1"));
    items.add(Directories.file("link-then-file", "text\n"));
    Directories.git(root, "add", ".");
    var changes = changes(items.toArray(dev.drover.pax.PaxStream.Item[]::new));
    var file = Files.writeString(scratch.resolve("patch"), patch(changes));
    Directories.git(root, "apply", "--whitespace=nowarn", file.toString());
    assertThat(changes(items.toArray(dev.drover.pax.PaxStream.Item[]::new)))
        .as("what is left to change")
        .isEmpty();
  }

  private static byte[] bytes(Random random, int size) {
    var bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /// Contents of all sizes that end a line of the patch differently, new, changed and deleted ones.
  @Test
  void gitAppliesBinaryAndLongFiles() throws IOException, InterruptedException {
    var random = new Random(8);
    Directories.git(root, "init", "-q");
    var items = new java.util.ArrayList<dev.drover.pax.PaxStream.Item>();
    for (int size = 1; size < 80; size++) {
      Files.write(root.resolve("f" + size), bytes(random, size));
      items.add(Directories.file("f" + size, "\0" + "x".repeat(size * random.nextInt(90)) + size));
    }
    Files.write(root.resolve("gone"), bytes(random, 3_000));
    Files.write(root.resolve("large"), bytes(random, 1_500_000));
    Files.write(root.resolve("file-then-link"), bytes(random, 100));
    Files.createSymbolicLink(root.resolve("link-then-file"), Path.of("f1"));
    items.add(Directories.file("large", "\0" + "line\n".repeat(300_000), 0755));
    items.add(Directories.file("new/one", "\0new", 0755));
    items.add(Directories.link("file-then-link", "f2"));
    items.add(Directories.file("link-then-file", "a\0b"));
    items.add(Directories.file("long", "x\n".repeat(20_001)));
    items.add(Directories.file("text", "text\n"));
    Directories.git(root, "add", ".");
    var changes = changes(items.toArray(dev.drover.pax.PaxStream.Item[]::new));
    var file = scratch.resolve("patch");
    try (var to = Files.newBufferedWriter(file)) {
      var patch = new GitPatch(root, to);
      for (var change : changes) {
        assertThat(patch.add(change)).as(change.path()).isEmpty();
      }
    }
    Directories.git(root, "apply", "--whitespace=nowarn", file.toString());
    assertThat(changes(items.toArray(dev.drover.pax.PaxStream.Item[]::new)))
        .as("what is left to change")
        .isEmpty();
  }

  @Test
  void aLargeFileThatTheUserChangedMeanwhileIsNotInAPatch()
      throws IOException, InterruptedException {
    var random = new Random(9);
    Files.write(root.resolve("large"), bytes(random, 1_500_000));
    Files.write(root.resolve("gone"), bytes(random, 10));
    var changes = changes(Directories.file("large", "\0"), Directories.file("gone", "\0"));
    Files.write(root.resolve("large"), bytes(random, 1_500_000));
    Files.delete(root.resolve("gone"));
    var to = new StringWriter();
    var patch = new GitPatch(root, to);
    for (var change : changes) {
      assertThat(patch.add(change)).as(change.path()).contains("changed here meanwhile");
    }
    assertThat(to.toString()).isEmpty();
  }

  private static String text(List<String> lines, Random random) {
    return lines.stream().collect(Collectors.joining("\n"))
        + (lines.isEmpty() || random.nextInt(4) == 0 ? "" : "\n");
  }

  @Test
  void binaryAndLongFilesAreNamedWithTheirSizes() throws IOException, InterruptedException {
    Directories.write(root, "binary", "a\0b");
    Directories.write(root, "long", "x\n".repeat(20_001));
    Files.write(root.resolve("latin"), "\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    var changes =
        changes(
            Directories.file("binary", "a\0bc"),
            Directories.file("long", "x\n".repeat(20_002)),
            Directories.file("latin", "e"));
    assertThat(patch(changes))
        .contains("Binary files a/binary and b/binary differ: 3 to 4 bytes")
        .contains("Binary files a/long and b/long differ: 40002 to 40004 bytes")
        .contains("Binary files a/latin and b/latin differ: 1 to 1 bytes");
  }

  @Test
  void aFileThatTheUserChangedMeanwhileIsNotCalledBinary()
      throws IOException, InterruptedException {
    Directories.write(root, "text", "a\n");
    Directories.write(root, "gone", "a\n");
    Directories.write(root, "binary", "a\0");
    var changes =
        changes(
            Directories.file("text", "b\n"),
            Directories.file("gone", "b\n"),
            Directories.file("binary", "b\0"));
    Directories.write(root, "text", "c\n");
    Files.delete(root.resolve("gone"));
    for (var change : changes) {
      assertThat(TextDiff.of(change, root).omission())
          .as(change.path())
          .contains(change.path().equals("binary") ? "binary or large" : "changed here meanwhile");
    }
    assertThat(patch(changes))
        .contains("a/text changed here meanwhile")
        .doesNotContain("a/text and");
  }

  @Test
  void twentyThousandDifferentLinesAreOneEdit() {
    var before = IntStream.range(0, 20_000).mapToObj(i -> "a" + i).toList();
    var after = IntStream.range(0, 20_000).mapToObj(i -> "b" + i).toList();
    assertThat(LineEdits.of(before, after))
        .containsExactly(new LineEdits.Edit(0, 20_000, 0, 20_000));
  }
}
