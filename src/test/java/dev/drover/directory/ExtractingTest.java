package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pax.PaxEntry;
import dev.drover.pax.PaxStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Archives of a session, which its agent made, written to a directory of the user.
@Tag("sandbox")
final class ExtractingTest {
  private static final Extracting.Wish PLAIN = new Extracting.Wish(false, false, Optional.empty());
  private static final Extracting.Wish CONTENT = new Extracting.Wish(true, false, Optional.empty());
  private static final Extracting.Wish FOLLOW = new Extracting.Wish(false, true, Optional.empty());

  @TempDir private Path home;
  private Path target;
  private Path outside;

  @BeforeEach
  void make() throws IOException {
    target = Files.createDirectory(home.resolve("target"));
    outside = Files.createDirectory(home.resolve("outside"));
  }

  private static InputStream archive(PaxStream.Item... items) {
    return new PaxStream(Arrays.asList(items).iterator());
  }

  private static PaxStream.Item directory(String path) {
    return new PaxStream.Item(PaxEntry.directory(path, 0700, Instant.EPOCH));
  }

  private static PaxStream.Item hardLink(String path, String earlier) {
    return new PaxStream.Item(
        new PaxEntry(PaxEntry.Kind.HARD_LINK, path, 0644, 0, Instant.EPOCH, earlier));
  }

  private Extracting.Done extract(PaxStream.Item... items) throws IOException {
    return Extracting.to(target, PLAIN, archive(items));
  }

  @Test
  void aTreeIsPutIntoADirectoryThatExists() throws IOException {
    var done =
        extract(
            directory("out"),
            Directories.file("out/one", "one", 0755),
            Directories.file("out/sub/two", "two"),
            Directories.link("out/link", "sub/two"),
            hardLink("out/second", "out/one"),
            directory("out/empty"));
    assertThat(done).isEqualTo(new Extracting.Done(4, 9, List.of(), Optional.empty()));
    assertThat(Directories.snapshot(target))
        .containsEntry("out/one", "rwxr-xr-x one")
        .containsEntry("out/sub/two", "rw-r--r-- two")
        .containsEntry("out/second", "rwxr-xr-x one")
        .containsEntry("out/link", "link sub/two")
        .containsKey("out/empty");
    assertThat(Files.getLastModifiedTime(target.resolve("out/one")).toInstant())
        .isEqualTo(Instant.EPOCH);
  }

  @Test
  void aNameThatIsNotThereIsTheNewName() throws IOException {
    var renamed = target.resolve("renamed");
    Extracting.to(renamed, PLAIN, archive(directory("out"), Directories.file("out/a", "a")));
    assertThat(renamed.resolve("a")).hasContent("a");
    Extracting.to(target.resolve("file"), PLAIN, archive(Directories.file("poem.txt", "x")));
    assertThat(target.resolve("file")).hasContent("x");
    Extracting.to(
        target.resolve("content"),
        CONTENT,
        archive(directory("out"), Directories.file("out/b", "b")));
    assertThat(target.resolve("content/b")).hasContent("b");
  }

  @Test
  void aFileHasNoContentAsADirectory() {
    assertThatThrownBy(
            () -> Extracting.to(target, CONTENT, archive(Directories.file("poem.txt", "x"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a file");
  }

  @Test
  void existingFilesAreReplacedAndOthersStay() throws IOException {
    Directories.write(target, "out/one", "mine");
    Directories.write(target, "out/other", "mine");
    Files.createSymbolicLink(target.resolve("out/link"), outside.resolve("secret"));
    Directories.write(outside, "secret", "secret");
    extract(
        Directories.file("out/one", "new"),
        Directories.file("out/link", "new"),
        Directories.link("out/other", "one"));
    assertThat(target.resolve("out/one")).hasContent("new");
    assertThat(target.resolve("out/link")).isRegularFile().hasContent("new");
    assertThat(target.resolve("out/other")).isSymbolicLink();
    assertThat(outside.resolve("secret")).hasContent("secret");
  }

  @Test
  void linksThatLeadOutsideAreLeftOutAndNamed() throws IOException {
    var done =
        extract(
            directory("out"),
            Directories.link("out/root", "/etc/passwd"),
            Directories.link("out/up", "../beside"),
            Directories.link("out/deep/up", "../../beside"),
            Directories.link("out/deep/in", "../one"),
            hardLink("out/second", "out/nowhere"));
    assertThat(done.skipped())
        .containsExactly(
            "out/root, a link that leads outside",
            "out/up, a link that leads outside",
            "out/deep/up, a link that leads outside",
            "out/second, a second name of a file that is not there");
    assertThat(done.files()).isEqualTo(1);
    assertThat(Directories.snapshot(target)).doesNotContainKeys("out/root", "out/up");
  }

  /// Each kind of entry, below a link that was there, and below one of the archive.
  @Test
  void nothingIsWrittenThroughALink() throws IOException {
    var entries =
        List.of(
            Directories.file("out/way/x", "evil"),
            directory("out/way/x"),
            Directories.link("out/way/x", "y"),
            hardLink("out/way/x", "out/one"));
    for (var entry : entries) {
      Files.createDirectories(target.resolve("out"));
      Files.createSymbolicLink(target.resolve("out/way"), outside);
      assertThatThrownBy(() -> extract(Directories.file("out/one", "1"), entry))
          .as(entry.entry().toString())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("out/way");
      Files.delete(target.resolve("out/way"));
      assertThatThrownBy(
              () ->
                  extract(
                      Directories.file("out/one", "1"),
                      directory("out/dir"),
                      Directories.link("out/way", "dir"),
                      entry))
          .as(entry.entry().toString())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("out/way");
      assertThat(outside).isEmptyDirectory();
      assertThat(target.resolve("out/dir")).isEmptyDirectory();
      Files.delete(target.resolve("out/way"));
    }
  }

  @Test
  void aDirectoryIsNeverReplacedByAFileNorAFileByADirectory() throws IOException {
    Directories.write(target, "out/dir/kept", "kept");
    Directories.write(target, "out/file", "kept");
    for (var entry : List.of(Directories.file("out/dir", "x"), Directories.link("out/dir", "y"))) {
      assertThatThrownBy(() -> extract(entry))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("out/dir is a directory here");
    }
    for (var entry : List.of(directory("out/file"), Directories.file("out/file/x", "x"))) {
      assertThatThrownBy(() -> extract(entry)).isInstanceOf(IOException.class);
    }
    assertThat(target.resolve("out/dir/kept")).hasContent("kept");
    assertThat(target.resolve("out/file")).hasContent("kept");
    assertThat(Directories.snapshot(target).keySet())
        .containsExactly("", "out", "out/dir", "out/dir/kept", "out/file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "out/../../x", "/etc/x", "out//x", "out/./x", "out/.."})
  void pathsThatLeadOutsideEndTheCopy(String path) {
    assertThatThrownBy(() -> extract(Directories.file(path, "evil")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not allowed");
    assertThat(target).isEmptyDirectory();
    assertThat(home.resolve("x")).doesNotExist();
  }

  @Test
  void anArchiveThatBreaksOffLeavesNoUnfinishedFile() throws IOException {
    var whole =
        archive(Directories.file("out/one", "one"), Directories.file("out/two", "2".repeat(5_000)))
            .readAllBytes();
    Directories.write(target, "out/two", "mine");
    var cut = Arrays.copyOf(whole, 4 * 512);
    assertThatThrownBy(() -> Extracting.to(target, PLAIN, new java.io.ByteArrayInputStream(cut)))
        .isInstanceOf(IOException.class);
    assertThat(target.resolve("out/one")).hasContent("one");
    assertThat(target.resolve("out/two")).hasContent("mine");
    assertThat(target.resolve("out").toFile().list()).containsExactlyInAnyOrder("one", "two");
  }

  @Test
  void linksAreWrittenAsWhatTheyLeadToInside() throws IOException {
    var done =
        Extracting.to(
            target,
            FOLLOW,
            archive(
                Directories.link("out/file", "dir/one"),
                Directories.link("out/chain", "file"),
                Directories.link("out/all", "dir"),
                Directories.link("out/through", "all/sub/two"),
                directory("out/dir"),
                Directories.file("out/dir/one", "1", 0755),
                Directories.file("out/dir/sub/two", "2"),
                Directories.link("out/dir/up", "../plain"),
                Directories.file("out/plain", "p"),
                Directories.link("out/etc", "/etc")));
    assertThat(done.skipped()).containsExactly("out/etc, a link that leads outside");
    assertThat(Directories.snapshot(target))
        .containsEntry("out/file", "rwxr-xr-x 1")
        .containsEntry("out/chain", "rwxr-xr-x 1")
        .containsEntry("out/all/one", "rwxr-xr-x 1")
        .containsEntry("out/all/sub/two", "rw-r--r-- 2")
        .containsEntry("out/all/up", "rw-r--r-- p")
        .containsEntry("out/dir/up", "rw-r--r-- p")
        .containsEntry("out/through", "rw-r--r-- 2")
        .doesNotContainKey("out/etc")
        .allSatisfy((_, state) -> assertThat(state).doesNotStartWith("link"));
  }

  @Test
  void linksInCirclesAndToNothingAreLeftOut() throws IOException {
    var done =
        Extracting.to(
            target,
            FOLLOW,
            archive(
                Directories.link("out/self", "self"),
                Directories.link("out/a", "b"),
                Directories.link("out/b", "a"),
                Directories.link("out/nowhere", "none"),
                Directories.link("out/dir/loop", "../dir"),
                Directories.link("out/dir/top", ".."),
                Directories.file("out/dir/one", "1"),
                Directories.link("out/x/y", "../y"),
                Directories.link("out/y/x", "../x")));
    assertThat(Directories.snapshot(target)).containsEntry("out/dir/one", "rw-r--r-- 1");
    assertThat(done.skipped())
        .contains(
            "out/a, a link that leads nowhere or in circles",
            "out/b, a link that leads nowhere or in circles",
            "out/dir/loop, a link that leads nowhere or in circles",
            "out/dir/top, a link that leads nowhere or in circles",
            "out/nowhere, a link that leads nowhere or in circles",
            "out/self, a link that leads nowhere or in circles");
  }

  /// Thirty directories, each with two links to the next one, are a thousand million directories.
  @Test
  void whatLinksMultiplyIsBounded() {
    var links =
        new FollowedLinks(
            new FollowedLinks.Writing() {
              @Override
              public void directory(String path) {}

              @Override
              public void copy(String path, String earlier) {}
            },
            new ArrayList<>());
    for (int i = 0; i < 30; i++) {
      for (var name : List.of("left", "right")) {
        links.add(PaxEntry.Kind.SYMBOLIC_LINK, "out/d" + i + "/" + name, "../d" + (i + 1));
      }
    }
    links.add(PaxEntry.Kind.DIRECTORY, "out/d30", "");
    assertThatThrownBy(links::write)
        .isInstanceOf(IOException.class)
        .hasMessage("there are more than 10,000 files behind links");
  }

  @Test
  void anArchiveThatIsOnlyALinkNamesItsTarget() throws IOException {
    var done = Extracting.to(target, FOLLOW, archive(Directories.link("link", "dir/one")));
    assertThat(done.link()).contains("dir/one");
    assertThat(target).isEmptyDirectory();
  }

  /// Case matters here; names that end a line or drive a terminal are only names.
  @Test
  void oddNamesAreFilesOfTheirOwn() throws IOException {
    var names =
        List.of(
            "a",
            "A",
            "new\nline",
            "\u001b[31mred",
            " ",
            "-rf",
            "*",
            ".drover-cp",
            "..a",
            "%s",
            ".part");
    extract(
        names.stream()
            .map(name -> Directories.file("out/" + name, name))
            .toArray(PaxStream.Item[]::new));
    for (var name : names) {
      assertThat(target.resolve("out").resolve(name)).hasContent(name);
    }
    assertThat(target.resolve("out").toFile().list()).hasSize(names.size());
  }
}
