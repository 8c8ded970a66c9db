package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(changes.left())
        .containsExactly(new Conflict("d", "is a second name of a file that does not come back"));
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
    assertThat(changes.left())
        .extracting(Conflict::path)
        .containsExactly(".drover-apply/plan", "etc", "hooks", "out");
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
  void filesBeyondTheLimitStayInTheSandboxAndAreNotTakenForDeleted()
      throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "a".repeat(60)),
            Directories.file("sub/b", "b".repeat(60)),
            Directories.file("c", "c".repeat(40)),
            Directories.link("link", "a"));
    assertThat(changes.changes().stream().map(ReturnedTreeTest::line))
        .containsExactly("M a", "A c");
    assertThat(changes.left()).extracting(Conflict::path).containsExactly("sub/b");
  }

  /// What was there, but may not come back as it is now, is not deleted, either.
  @Test
  void aFileThatBecameALinkToTheOutsideIsLeft() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.link("a", "/etc/passwd"),
            Directories.link("sub", "../.."),
            Directories.link("link", "a"));
    assertThat(changes.changes()).isEmpty();
    assertThat(changes.left())
        .containsExactly(
            new Conflict("a", "is a link that leads outside"),
            new Conflict("sub", "is a link that leads outside"));
  }

  @Test
  void aSecretThatWasNotCopiedIsNotReplaced() throws IOException, InterruptedException {
    Directories.write(root, ".env", "mine");
    var changes =
        compare(
            Directories.file("a", "one"),
            Directories.file("sub/b", "two"),
            Directories.link("link", "a"),
            Directories.file(".env", "example"));
    assertThat(changes.changes()).isEmpty();
    assertThat(changes.left())
        .containsExactly(new Conflict(".env", "exists here and was not copied"));
  }

  /// Large generated files are nothing to keep, and are not counted as changes.
  @Test
  void whatGitIgnoresMayBeOfAnySize() throws IOException, InterruptedException {
    Directories.write(root, ".gitignore", "*.o\n!kept.o\ndeps/\n");
    Directories.git(root, "init", "-q");
    Directories.git(root, "add", ".");
    Files.createDirectory(root.resolve("other"));
    Files.createSymbolicLink(root.resolve("way"), Path.of("other"));
    var changes =
        compare(
            Directories.file(".gitignore", "*.o\n!kept.o\ndeps/\n"),
            Directories.file("a", "one"),
            Directories.file("sub/b", "two"),
            Directories.link("link", "a"),
            Directories.file("deps/large", "x".repeat(200)),
            Directories.file("x.o", "x".repeat(200)),
            Directories.file("kept.o", "k"),
            Directories.file(":odd.o", "x".repeat(200)),
            Directories.file(":(glob)odd", "o"),
            Directories.file("new\nline.o", "x".repeat(200)),
            // git gives no answer about what is behind a link, and goes on with the next
            Directories.file("way/y.o", "y"),
            Directories.file("z.o", "x".repeat(200)));
    assertThat(changes.changes().stream().map(ReturnedTreeTest::line))
        .containsExactly("A :(glob)odd", "A kept.o", "D way", "A way/y.o");
    assertThat(changes.ignored()).isEqualTo(5);
    assertThat(changes.left()).isEmpty();
  }

  @Test
  void namesThatDifferOnlyInCaseAreTwoFiles() throws IOException, InterruptedException {
    var changes =
        compare(
            Directories.file("a", "one"),
            Directories.file("A", "other"),
            Directories.file("sub/b", "two"),
            Directories.file("SUB/b", "two"),
            Directories.link("link", "a"));
    assertThat(changes.changes().stream().map(ReturnedTreeTest::line))
        .containsExactly("A A", "A SUB/b");
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
