package dev.drover.hands.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.base.Pause;
import dev.drover.catalog.BlobFiles;
import dev.drover.catalog.BlobId;
import dev.drover.catalog.FileId;
import dev.drover.session.MountPath;
import dev.drover.session.SessionResource;
import dev.drover.session.SessionResourceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The directory of a session's files, on a real file system.
final class UploadDirectoryTest {
  @TempDir Path temporary;
  private Path home;
  private Path directory;
  private Contents contents;
  private UploadDirectory uploads;

  @BeforeEach
  void start() throws IOException {
    home = Files.createDirectory(temporary.resolve("home"));
    directory = Files.createDirectory(home.resolve("uploads"));
    contents = new Contents(Files.createDirectory(temporary.resolve("blobs")));
    uploads = new UploadDirectory(home, Pause.REAL);
  }

  /// Contents in files; one of them may fail to be read.
  private static final class Contents implements BlobFiles {
    private final Path directory;
    private int left = Integer.MAX_VALUE;

    Contents(Path directory) {
      this.directory = directory;
    }

    BlobId add(String text) throws IOException {
      var id = new BlobId("0".repeat(64) + "-" + text.replaceAll("[^a-z0-9]", ""));
      var file = directory.resolve(id.value());
      if (!Files.exists(file)) {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
      }
      return id;
    }

    @Override
    public Optional<Held> file(BlobId id) {
      if (left-- == 0) {
        throw new IllegalStateException("the server dies here");
      }
      var path = directory.resolve(id.value());
      return Files.exists(path)
          ? Optional.of(
              new Held() {
                @Override
                public Path path() {
                  return path;
                }

                @Override
                public void close() {}
              })
          : Optional.empty();
    }
  }

  private SessionResource.Mounted file(String path, String text) throws IOException {
    return file(MountPath.of(path), text);
  }

  private SessionResource.Mounted file(MountPath path, String text) throws IOException {
    return new SessionResource.Mounted(
        new SessionResourceId("sesrsc_1"),
        new FileId("file_copy"),
        new FileId("file_original"),
        contents.add(text),
        path,
        Instant.EPOCH);
  }

  private void provide(SessionResource.Mounted... files) throws Exception {
    uploads.provide(List.of(files), contents);
  }

  /// What is in the directory: files with their texts, and directories.
  private Map<String, String> shown() throws IOException {
    var shown = new TreeMap<String, String>();
    try (var all = Files.walk(directory)) {
      for (var path : all.filter(path -> !path.equals(directory)).toList()) {
        boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        shown.put(
            directory.relativize(path).toString(),
            isDirectory ? "/" : Files.readString(path, UTF_8));
      }
    }
    return shown;
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aNameThatCannotBeWrittenHereIsAnErrorAndTheFilesBeforeItStay() throws Exception {
    provide(file("a", "first"));
    var odd =
        file(new MountPath("b\uD800"), "second"); // no locale can write it; many cannot write ä
    assertThatThrownBy(() -> provide(file("a", "first"), odd))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the locale of the server does not allow");
    assertThat(shown()).isEqualTo(Map.of("a", "first"));
    provide(file("a", "first"), file("c", "third"));
    assertThat(shown()).containsOnlyKeys("a", "c");
  }

  @Test
  void filesAreLinksToTheContents() throws Exception {
    provide(file("data.csv", "a,b"), file("deep/er/ünïcode 🐎", "deep"));
    assertThat(shown())
        .isEqualTo(
            Map.of("data.csv", "a,b", "deep", "/", "deep/er", "/", "deep/er/ünïcode 🐎", "deep"));
    assertThat(Files.getAttribute(directory.resolve("data.csv"), "unix:nlink")).isEqualTo(2);
    assertThat(mode(directory.resolve("data.csv"))).isEqualTo("r--r--r--");
    assertThat(mode(directory.resolve("deep/er"))).isEqualTo("rwxr-xr-x");
  }

  @Test
  void contentsOfAnotherFileSystemAreCopied() throws Exception {
    var memory = Path.of("/dev/shm");
    assertThat(Files.getFileStore(memory)).isNotEqualTo(Files.getFileStore(home));
    var other = Files.createTempDirectory(memory, "uploads");
    try {
      contents = new Contents(other);
      provide(file("a/data.csv", "a,b"));
      assertThat(shown()).isEqualTo(Map.of("a", "/", "a/data.csv", "a,b"));
      assertThat(mode(directory.resolve("a/data.csv"))).isEqualTo("r--r--r--");
    } finally {
      Tree.remove(other);
    }
  }

  @Test
  void whatIsNoLongerGivenIsRemovedAndTheRestStays() throws Exception {
    provide(file("a/b/one", "1"), file("a/two", "2"), file("three", "3"));
    var before = Files.readAttributes(directory.resolve("a/two"), "unix:ctime,ino");
    provide(file("a/two", "2"), file("four", "4"));
    assertThat(shown()).isEqualTo(Map.of("a", "/", "a/two", "2", "four", "4"));
    assertThat(Files.readAttributes(directory.resolve("a/two"), "unix:ctime,ino"))
        .isEqualTo(before);
    provide();
    assertThat(shown()).isEmpty();
  }

  @Test
  void aPathMayGetAnotherContentOrBecomeADirectory() throws Exception {
    provide(file("a", "1"));
    provide(file("a", "2"));
    assertThat(shown()).isEqualTo(Map.of("a", "2"));
    provide(file("a/b", "3"));
    assertThat(shown()).isEqualTo(Map.of("a", "/", "a/b", "3"));
    provide(file("a", "1"));
    assertThat(shown()).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void aMissingContentIsAnErrorAndTheNextTimeSucceeds() throws Exception {
    var one = file("a", "1");
    var two = file("b", "2");
    Files.move(contents.directory.resolve(two.content().value()), temporary.resolve("away"));
    assertThatThrownBy(() -> provide(one, two)).isInstanceOf(IOException.class);
    Files.move(temporary.resolve("away"), contents.directory.resolve(two.content().value()));
    provide(one, two);
    assertThat(shown()).isEqualTo(Map.of("a", "1", "b", "2"));
  }

  /// The server dies before each of the contents is there; the next one goes on from what it finds.
  @Test
  void whatADyingServerLeftIsCompleted() throws Exception {
    var first = List.of(file("a", "1"), file("b/c", "2"), file("d", "3"));
    var second = List.of(file("a/x", "4"), file("b/c", "5"), file("d", "3"), file("e", "6"));
    for (int deaths = 0; deaths < 4; deaths++) {
      Tree.remove(directory);
      Files.createDirectory(directory);
      Files.deleteIfExists(home.resolve("uploads.list"));
      contents.left = Integer.MAX_VALUE;
      uploads.provide(first, contents);
      contents.left = deaths;
      try {
        uploads.provide(second, contents);
      } catch (IllegalStateException _) {
        contents.left = Integer.MAX_VALUE;
      }
      new UploadDirectory(home, Pause.REAL).provide(second, contents);
      assertThat(shown())
          .isEqualTo(Map.of("a", "/", "a/x", "4", "b", "/", "b/c", "5", "d", "3", "e", "6"));
      contents.left = Integer.MAX_VALUE;
      new UploadDirectory(home, Pause.REAL).provide(first, contents);
      assertThat(shown()).isEqualTo(Map.of("a", "1", "b", "/", "b/c", "2", "d", "3"));
    }
  }

  @Test
  void aDamagedListMeansThatNothingIsKnown() throws Exception {
    provide(file("a", "1"));
    for (var damage : List.of("", "x", "\n\n", "a b c", "0000 a")) {
      Files.writeString(home.resolve("uploads.list"), damage);
      Files.createDirectories(directory.resolve("left/over"));
      Files.writeString(directory.resolve("left/over/file"), "left over");
      Files.createSymbolicLink(directory.resolve("left/link"), temporary);
      provide(file("a", "1"), file("b", "2"));
      assertThat(shown()).isEqualTo(Map.of("a", "1", "b", "2"));
      assertThat(contents.directory).exists();
      provide(file("a", "1"));
    }
  }

  @Test
  void fiveHundredFilesComeAndGo() throws Exception {
    var files = new ArrayList<SessionResource.Mounted>();
    for (int i = 0; i < SessionResource.MOST; i++) {
      files.add(file("d" + i % 7 + "/" + i, "same"));
    }
    uploads.provide(files, contents);
    assertThat(shown()).hasSize(SessionResource.MOST + 7);
    uploads.provide(List.of(), contents);
    assertThat(shown()).isEmpty();
  }
}
