package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("sandbox")
final class ReturnedTreeTest {
  @TempDir private Path root;
  @TempDir private Path scratch;

  @BeforeEach
  void write() throws IOException {
    Directories.write(root, "a", "one");
    Directories.write(root, "sub/b", "two");
    Files.createSymbolicLink(root.resolve("link"), Path.of("a"));
  }

  private ReturnedTree.Changes compare(PaxStream.Item... items)
      throws IOException, InterruptedException {
    return new ReturnedTree(Directories.sent(root), scratch, 100)
        .compare(Directories.archive(items));
  }

  private static String line(Change change) {
    return change.kind().letter() + " " + change.path();
  }

  @Test
  void anUnchangedTreeHasNoChanges() throws IOException, InterruptedException {
    var changes =
        compare(
            new PaxStream.Item(PaxEntry.directory("sub", 0700, Instant.EPOCH)),
            Directories.file("a", "one", 0600),
            Directories.file("sub/b", "two"),
            Directories.link("link", "a"));
    assertThat(changes.changes()).isEmpty();
  }

  @Test
  void everyKindOfChangeIsFound() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "eno"),
            Directories.file("sub/b", "two", 0755),
            Directories.file("new", "x"));
    assertThat(changes.changes().stream().map(ReturnedTreeTest::line))
        .containsExactly("M a", "D link", "A new", "M sub/b");
    assertThat(changes.changes().getFirst().content())
        .get()
        .satisfies(content -> assertThat(content).hasContent("eno"));
  }

  @Test
  void aSecondNameOfAFileIsAFile() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "one"),
            new PaxStream.Item(
                new PaxEntry(PaxEntry.Kind.HARD_LINK, "c", 0644, 0, Instant.EPOCH, "a")),
            new PaxStream.Item(
                new PaxEntry(PaxEntry.Kind.HARD_LINK, "d", 0644, 0, Instant.EPOCH, "nowhere")),
            Directories.file("sub/b", "two"),
            Directories.link("link", "a"));
    assertThat(changes.changes().stream().map(ReturnedTreeTest::line)).containsExactly("A c");
    assertThat(changes.refused()).containsExactly("d");
  }

  @Test
  void repositoriesAndLinksToTheOutsideDoNotComeBack() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "one"),
            Directories.file("sub/b", "two"),
            Directories.link("link", "a"),
            Directories.file(".git/hooks/post-checkout", "evil", 0755),
            Directories.file("sub/.GIT/config", "evil"),
            Directories.file("GIT~1/config", "evil"),
            Directories.file(".g\u200cit/config", "evil"),
            Directories.file(".git::$INDEX_ALLOCATION/config", "evil"),
            Directories.file(".git. /config", "evil"),
            Directories.link("out", "../x"),
            Directories.link("hooks", ".git/hooks"),
            Directories.link("etc", "/etc"),
            Directories.file(".drover-apply/plan", "[]"));
    assertThat(changes.changes()).isEmpty();
    assertThat(changes.refused())
        .containsExactlyInAnyOrder("out", "hooks", "etc", ".drover-apply/plan");
  }

  @Test
  void whatGitIgnoresStaysInTheSandbox() throws IOException, InterruptedException {
    Directories.write(root, ".gitignore", "*.o\n");
    Directories.git(root, "init", "-q");
    Directories.git(root, "add", ".");
    var changes =
        compare(
            Directories.file(".gitignore", "*.o\n"),
            Directories.file("a", "one"),
            Directories.file("a.o", "object"),
            Directories.file("sub/b", "two"),
            Directories.file("sub/c.o", "object"),
            Directories.file("sub/c.c", "source"),
            Directories.link("link", "a"));
    assertThat(changes.changes().stream().map(ReturnedTreeTest::line)).containsExactly("A sub/c.c");
    assertThat(changes.ignored()).isEqualTo(2);
  }

  @Test
  void generatedDirectoriesStayInTheSandboxWithoutGit() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "one"),
            Directories.file("node_modules/x", "x"),
            Directories.file("sub/b", "two"),
            Directories.file("sub/target/y", "y"),
            Directories.link("link", "a"));
    assertThat(changes.changes()).isEmpty();
    assertThat(changes.ignored()).isEqualTo(2);
  }

  @Test
  void theBytesThatAreKeptAreLimited() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                compare(
                    Directories.file("x", "x".repeat(60)), Directories.file("y", "y".repeat(60))))
        .withMessageStartingWith("the changes are larger than");
  }

  @Test
  void whatRunsOnTheUsersMachineIsMarked() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "one", 0755),
            Directories.file("sub/b", "two"),
            Directories.file("Makefile", "x"),
            Directories.file("sub/package.json", "x"),
            Directories.file("x.sh", "x"),
            Directories.file(".github/workflows/ci.yml", "x"),
            Directories.file("plain.txt", "x"),
            Directories.link("link", "a"));
    assertThat(changes.changes().stream().filter(Change::runs).map(Change::path))
        .containsExactly(".github/workflows/ci.yml", "Makefile", "a", "sub/package.json", "x.sh");
  }
}
