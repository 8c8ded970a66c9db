package dev.drover.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pax.PaxEntry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("sandbox")
final class SelectionTest {
  @TempDir private Path root;

  private Selection select(String... with) throws IOException, InterruptedException {
    return Selection.of(root, new Selection.Wish(false, Set.of(with)));
  }

  private static List<String> paths(Selection selection) {
    return selection.entries().stream().map(PaxEntry::path).toList();
  }

  private void write(String... paths) throws IOException {
    for (var path : paths) {
      Directories.write(root, path, path);
    }
  }

  private void init() throws IOException, InterruptedException {
    Directories.git(root, "init", "-q");
  }

  @Test
  void gitDecidesWhatIsIgnored() throws IOException, InterruptedException {
    init();
    write("src/a.c", "new.c", "out/a.o", "deleted.c", "é ü.txt");
    Files.writeString(root.resolve(".gitignore"), "out/\n");
    Directories.git(root, "add", "src", "deleted.c");
    Files.delete(root.resolve("deleted.c"));
    var selection = select();
    assertThat(paths(selection))
        .containsExactlyInAnyOrder("src/a.c", ".gitignore", "new.c", "é ü.txt");
    assertThat(selection.ignored()).isEqualTo(Selection.Rule.GIT);
  }

  @Test
  void aSubdirectoryOfAWorkTreeIsADirectory() throws IOException, InterruptedException {
    init();
    write("top.c", "sub/a.c", "sub/deep/b.c");
    Directories.git(root, "add", ".");
    var selection = Selection.of(root.resolve("sub"), new Selection.Wish(false, Set.of()));
    assertThat(paths(selection)).containsExactly("a.c", "deep/b.c");
  }

  @Test
  void withoutGitGeneratedDirectoriesAreLeftOut() throws IOException, InterruptedException {
    write("a", "node_modules/x", "sub/target/y", "sub/b", "dist/z");
    var selection = select();
    assertThat(paths(selection)).containsExactly("a", "sub/b");
    assertThat(selection.ignored()).isEqualTo(Selection.Rule.NAMES);
  }

  @Test
  void secretsThatGitDoesNotTrackStayHere() throws IOException, InterruptedException {
    init();
    write(".env.sample", "server.key", ".ENV", "sub/.env.local", "id_rsa", ".ssh/config", "env.c");
    write("sub/Credentials.json", "terraform.tfstate", ".aws/x");
    Directories.git(root, "add", ".env.sample", "env.c");
    var selection = select("server.key");
    assertThat(paths(selection)).containsExactlyInAnyOrder(".env.sample", "env.c", "server.key");
    assertThat(selection.sent()).containsExactly(".env.sample");
    assertThat(selection.secrets())
        .containsExactlyInAnyOrder(
            ".ENV",
            "sub/.env.local",
            "id_rsa",
            ".ssh/config",
            "sub/Credentials.json",
            "terraform.tfstate",
            ".aws/x");
  }

  @Test
  void linksInsideAreCopiedAndAllElseIsCounted() throws IOException, InterruptedException {
    write("sub/a");
    Files.createSymbolicLink(root.resolve("inside"), Path.of("sub/a"));
    Files.createSymbolicLink(root.resolve("sub/up"), Path.of("../inside"));
    Files.createSymbolicLink(root.resolve("outside"), Path.of("../secret"));
    Files.createSymbolicLink(root.resolve("absolute"), Path.of("/etc/passwd"));
    new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start().waitFor();
    var selection = select();
    assertThat(paths(selection)).containsExactly("inside", "sub/a", "sub/up");
    assertThat(selection.skipped()).isEqualTo(3);
  }

  @Test
  void repositoriesWithinAreLeftOut() throws IOException, InterruptedException {
    init();
    write("a");
    Directories.git(root, "add", "a");
    write("nested/b");
    Directories.git(root.resolve("nested"), "init", "-q");
    var selection = select();
    assertThat(paths(selection)).containsExactly("a");
    assertThat(selection.skipped()).isEqualTo(1);
  }

  @Test
  void theRepositoryItselfIsCopiedOnlyOnRequest() throws IOException, InterruptedException {
    init();
    write("a");
    Directories.git(root, "add", "a");
    assertThat(paths(select())).containsExactly("a");
    var all = Selection.of(root, new Selection.Wish(true, Set.of()));
    assertThat(paths(all)).contains("a", ".git/HEAD", ".git/config");
  }

  @Test
  void aRepositoryCannotRunCommandsWhileItIsListed() throws IOException, InterruptedException {
    init();
    write("a");
    Directories.git(root, "add", "a");
    var proof = root.resolve("proof");
    var script = Directories.write(root, "monitor.sh", "#!/bin/sh\ntouch '" + proof + "'\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    Directories.git(root, "config", "core.fsmonitor", script.toString());
    assertThat(paths(select())).contains("a");
    assertThat(proof).doesNotExist();
  }

  @Test
  void muchIsLargeByNumberAndBySize() throws IOException, InterruptedException {
    write("small");
    assertThat(select().isLarge()).isFalse();
    try (var file =
        FileChannel.open(
            root.resolve("large"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(java.nio.ByteBuffer.allocate(1), 100 << 20);
    }
    assertThat(select().isLarge()).isTrue();
    assertThat(select().largest()).extracting(PaxEntry::path).containsExactly("large", "small");
  }
}
