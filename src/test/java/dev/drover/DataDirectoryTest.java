package dev.drover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DataDirectoryTest {
  @TempDir private Path directory;

  @BeforeEach
  void make() throws IOException {
    Files.createFile(directory.resolve("file"));
    Files.createDirectory(directory.resolve("there"));
    Files.createSymbolicLink(directory.resolve("dangling"), Path.of("/nowhere/x"));
    Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
    Files.createSymbolicLink(directory.resolve("to-file"), directory.resolve("file"));
    Files.createSymbolicLink(directory.resolve("to-there"), directory.resolve("there"));
  }

  @ParameterizedTest
  @CsvSource({
    "DIR/file, DIR/file is not a directory",
    "DIR/file/a/b, DIR/file is not a directory",
    "DIR/to-file, DIR/to-file is not a directory",
    "DIR/to-file/a, DIR/to-file is not a directory",
    "DIR/dangling, 'DIR/dangling is a symbolic link to /nowhere/x, which does not exist'",
    "DIR/dangling/a, DIR/dangling is a symbolic link to /nowhere/x",
    "DIR/loop, DIR/loop is a symbolic link to DIR/loop",
    "/dev/null, /dev/null is not a directory",
    "/dev/null/a, /dev/null is not a directory",
    "/proc/drover/a, it cannot be created",
  })
  void aPlaceThatIsNoDirectoryIsNamedWithWhatToDo(String name, String why) {
    var data = Path.of(name.replace("DIR", directory.toString()));
    assertThatThrownBy(() -> DataDirectory.make(data))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("the data directory " + data + " cannot be used: ")
        .hasMessageContaining(why.replace("DIR", directory.toString()))
        .hasMessageEndingWith("Fix it, or choose another directory with --data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"there", "to-there", "there/a", "to-there/a/b", "new", "new/a/b/c"})
  void aDirectoryIsMadeWithItsParents(String name) throws IOException {
    var data = directory.resolve(name);
    boolean made = !Files.exists(data);
    DataDirectory.make(data);
    DataDirectory.make(data);
    assertThat(data).isDirectory();
    if (made) {
      assertThat(Files.getPosixFilePermissions(data))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aLookChangesNothing() {
    assertThat(DataDirectory.refusal(directory.resolve("new/a"))).isEmpty();
    assertThat(directory.resolve("new")).doesNotExist();
  }
}
